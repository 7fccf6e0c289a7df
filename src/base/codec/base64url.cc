#include "base/codec/base64url.h"

namespace weft::codec {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The six bits of one character, or -1.
int digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '-') return 62;
    if (c == '_') return 63;
    return -1;
}

}  // namespace

std::string encode_base64url(BytesView bytes) {
    std::string text;
    text.reserve((bytes.size() * 8 + 5) / 6);
    std::uint32_t window = 0;
    unsigned bits = 0;
    for (const auto byte : bytes) {
        window = (window << 8U) | byte;
        for (bits += 8; bits >= 6; bits -= 6) text += alphabet[(window >> (bits - 6)) & 63U];
    }
    if (bits > 0) text += alphabet[(window << (6 - bits)) & 63U];
    return text;
}

Result<Bytes> decode_base64url(std::string_view text) {
    Bytes bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t window = 0;
    unsigned bits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int value = digit(text[i]);
        if (value < 0)
            return fail(Errc::invalid_argument, "base64url.character_invalid",
                        "character {} of a base64url text is none of A-Z, a-z, 0-9, '-' and '_' "
                        "(padding is not allowed)",
                        i + 1);
        window = (window << 6U) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::uint8_t>(window >> bits));
    }
    if (text.size() % 4 == 1)
        return fail(Errc::invalid_argument, "base64url.length_invalid",
                    "a base64url text has {} characters, which no bytes encode to; it is cut or "
                    "too long",
                    text.size());
    if ((window & ((1U << bits) - 1U)) != 0)
        return fail(Errc::invalid_argument, "base64url.bits_not_zero",
                    "the last character of a base64url text carries bits that belong to no byte");
    return bytes;
}

}  // namespace weft::codec
