#include "base/codec/base32.h"

namespace weft::codec {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The five bits of one character, or -1.
int digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= '2' && c <= '7') return c - '2' + 26;
    return -1;
}

}  // namespace

std::string encode_base32(BytesView bytes) {
    std::string text;
    text.reserve((bytes.size() * 8 + 4) / 5);
    std::uint32_t window = 0;
    unsigned bits = 0;
    for (const auto byte : bytes) {
        window = (window << 8U) | byte;
        for (bits += 8; bits >= 5; bits -= 5) text += alphabet[(window >> (bits - 5)) & 31U];
    }
    if (bits > 0) text += alphabet[(window << (5 - bits)) & 31U];
    return text;
}

Result<Bytes> decode_base32(std::string_view text) {
    // Lengths of 1, 3 or 6 characters beyond whole groups of 8 encode no whole number of bytes.
    const auto rest = text.size() % 8;
    if (rest == 1 || rest == 3 || rest == 6)
        return fail(Errc::invalid_argument, "base32.length_invalid",
                    "a base32 text has {} characters, which no bytes encode to; it is cut or too "
                    "long",
                    text.size());
    Bytes bytes;
    bytes.reserve(text.size() * 5 / 8);
    std::uint32_t window = 0;
    unsigned bits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const int value = digit(text[i]);
        if (value < 0)
            return fail(Errc::invalid_argument, "base32.character_invalid",
                        "character {} of a base32 text is none of A-Z and 2-7", i + 1);
        window = (window << 5U) | static_cast<std::uint32_t>(value);
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::uint8_t>(window >> bits));
    }
    if ((window & ((1U << bits) - 1U)) != 0)
        return fail(Errc::invalid_argument, "base32.bits_not_zero",
                    "the last character of a base32 text carries bits that belong to no byte");
    return bytes;
}

}  // namespace weft::codec
