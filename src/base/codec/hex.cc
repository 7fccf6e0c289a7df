#include "base/codec/hex.h"

namespace weft::codec {
namespace {

std::string encode(BytesView bytes, std::string_view digits) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

/// The four bits of one character, or -1.
int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::string encode_hex(BytesView bytes) { return encode(bytes, "0123456789ABCDEF"); }

std::string encode_hex_lower(BytesView bytes) { return encode(bytes, "0123456789abcdef"); }

Result<Bytes> decode_hex(std::string_view text) {
    if (text.size() % 2 != 0)
        return fail(Errc::invalid_argument, "hex.length_odd",
                    "a hexadecimal text has {} characters, but two make an byte", text.size());
    Bytes bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]);
        const int low = digit(text[i + 1]);
        if (high < 0 || low < 0)
            return fail(Errc::invalid_argument, "hex.character_invalid",
                        "character {} of a hexadecimal text is none of 0-9 and A-F",
                        high < 0 ? i + 1 : i + 2);
        bytes.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return bytes;
}

}  // namespace weft::codec
