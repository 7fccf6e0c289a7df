#include "base/codec/leb128.h"

#include <limits>

namespace weft::codec {

namespace {

template <typename T>
Result<Leb128<T>> read(BytesView bytes) {
    constexpr unsigned bits = std::numeric_limits<T>::digits;
    constexpr std::size_t bytes_max = (bits + 6) / 7;
    Leb128<T> out;
    for (std::size_t i = 0; i < bytes_max; ++i) {
        if (i == bytes.size())
            return fail(Errc::corrupt, "leb128.truncated",
                        "the bytes end within a LEB128 number, after {} of them", i);
        const std::uint8_t byte = bytes[i];
        const auto group = static_cast<std::uint64_t>(byte & 0x7F);
        const auto shift = static_cast<unsigned>(7 * i);
        if (shift + 7 > bits && (group >> (bits - shift)) != 0) break;
        out.value |= static_cast<T>(group << shift);
        if ((byte & 0x80) == 0) {
            out.bytes = i + 1;
            out.minimal = i == 0 || group != 0;
            return out;
        }
    }
    return fail(Errc::corrupt, "leb128.overflow", "a LEB128 number does not fit in {} bits", bits);
}

}  // namespace

Result<Leb128<std::uint32_t>> read_leb128_u32(BytesView bytes) {
    return read<std::uint32_t>(bytes);
}

Result<Leb128<std::uint64_t>> read_leb128_u64(BytesView bytes) {
    return read<std::uint64_t>(bytes);
}

void append_leb128(Bytes& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<std::uint8_t>(value));
}

}  // namespace weft::codec
