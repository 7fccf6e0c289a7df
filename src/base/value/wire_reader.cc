#include "base/value/wire_reader.h"

#include <algorithm>

#include "base/codec/utf8.h"
#include "base/core/assert.h"

namespace weft::value {
namespace {

std::size_t leb_bytes_max(unsigned bits) { return (bits + 6) / 7; }

}  // namespace

void WireReader::refuse(Fault fault, std::size_t offset, std::uint64_t detail) {
    if (fault_ == Fault::none) {
        fault_ = fault;
        fault_offset_ = offset;
        detail_ = detail;
    }
    at_ = bytes_.size();
}

std::uint8_t WireReader::cut_short() {
    refuse(Fault::truncated, bytes_.size());
    return 0;
}

BytesView WireReader::take(std::size_t bytes) {
    if (bytes > rest()) {
        cut_short();
        return {};
    }
    const auto taken = bytes_.subspan(at_, bytes);
    at_ += bytes;
    return taken;
}

template <typename T>
T WireReader::fixed() {
    if (rest() < sizeof(T)) return cut_short();
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value |= static_cast<T>(bytes_[at_ + i]) << (8 * i);
    at_ += sizeof(T);
    return value;
}

template std::uint32_t WireReader::fixed();
template std::uint64_t WireReader::fixed();

bool WireReader::boolean() {
    const auto offset = at_;
    const auto byte = u8();
    if (byte > 1) refuse(Fault::bool_invalid, offset, byte);
    return byte == 1;
}

std::uint64_t WireReader::long_unsigned(unsigned bits) {
    const auto ahead = bytes_.subspan(at_, std::min(rest(), leb_bytes_max(bits)));
    std::uint64_t value = 0;
    unsigned shift = 0;
    for (const auto byte : ahead) {
        const std::uint64_t group = byte & 0x7FU;
        if (shift + 7 > bits && (group >> (bits - shift)) != 0) break;
        value |= group << shift;
        shift += 7;
        if ((byte & 0x80U) != 0) continue;
        if (group == 0 && shift > 7) return refuse_number(Fault::leb_overlong, bits);
        at_ += shift / 7;
        return value;
    }
    return refuse_number(Fault::leb_overflow, bits);
}

std::int64_t WireReader::signed_number(unsigned bits) {
    const auto ahead = bytes_.subspan(at_, std::min(rest(), leb_bytes_max(bits)));
    std::uint64_t value = 0;
    unsigned shift = 0;
    std::uint8_t before = 0;
    for (const auto byte : ahead) {
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if ((byte & 0x80U) != 0) {
            before = byte;
            shift += 7;
            continue;
        }
        // The last group says nothing when it only repeats the sign bit of the one before.
        const bool repeats =
            (byte == 0x00 && (before & 0x40U) == 0) || (byte == 0x7F && (before & 0x40U) != 0);
        if (shift > 0 && repeats) {
            refuse_number(Fault::leb_overlong, bits);
            return 0;
        }
        // All bits of the last group that do not fit must be copies of the sign.
        const auto fitting = std::min(7U, bits - shift);
        const auto above = (byte & 0x7FU) >> (fitting - 1);
        if (above != 0 && above != (0x7FU >> (fitting - 1))) break;
        if (above != 0 && shift + 7 < 64) value |= ~std::uint64_t{0} << (shift + 7);
        at_ += shift / 7 + 1;
        return static_cast<std::int64_t>(value);
    }
    refuse_number(Fault::leb_overflow, bits);
    return 0;
}

/// Says that the bytes end, if they do before the number does.
std::uint64_t WireReader::refuse_number(Fault fault, unsigned bits) {
    const auto ahead = bytes_.subspan(at_, std::min(rest(), leb_bytes_max(bits)));
    const bool goes_on = std::ranges::all_of(ahead, [](auto byte) { return byte >= 0x80; });
    if (goes_on && ahead.size() < leb_bytes_max(bits)) return cut_short();
    refuse(fault, at_, bits);
    return 0;
}

char32_t WireReader::character() {
    if (rest() == 0) return cut_short();
    const auto next =
        codec::decode_utf8(as_text(bytes_.subspan(at_, std::min<std::size_t>(4, rest()))));
    if (!next.valid) {
        refuse(Fault::char_invalid, at_);
        return 0;
    }
    at_ += next.bytes;
    return next.code_point;
}

BytesView WireReader::bytes() {
    const auto bytes = count(1);
    return take(bytes);
}

std::string_view WireReader::string() {
    const auto text = as_text(bytes());
    const auto bad = codec::find_invalid_utf8(text);
    if (bad == std::string_view::npos) return text;
    refuse(Fault::utf8_invalid, at_ - text.size() + bad);
    return {};
}

std::uint32_t WireReader::count(std::uint64_t item_bytes_min) {
    const auto offset = at_;
    const auto items = u32();
    if (item_bytes_min == 0 || items <= rest() / item_bytes_min) return items;
    refuse(Fault::count_exceeded, offset, items);
    return 0;
}

std::uint32_t WireReader::case_index(std::uint32_t cases) {
    const auto offset = at_;
    const auto index = u32();
    if (index < cases || !ok()) return index;
    refuse(Fault::case_unknown, offset, index);
    return 0;
}

BytesView WireReader::flags(std::size_t names) {
    const auto taken = take((names + 7) / 8);
    const auto last_bits = names % 8;
    if (!taken.empty() && last_bits != 0 && (taken.back() >> last_bits) != 0) {
        refuse(Fault::flags_unknown, at_ - 1, taken.back());
        return {};
    }
    return taken;
}

std::uint64_t WireReader::flag_bits(unsigned names) {
    WEFT_ASSERT(names <= 64, "so many flags are no number");
    std::uint64_t bits = 0;
    unsigned shift = 0;
    for (const auto byte : flags(names)) {
        bits |= static_cast<std::uint64_t>(byte) << shift;
        shift += 8;
    }
    return bits;
}

Result<void> WireReader::check() const {
    const auto at = fault_offset_;
    switch (fault_) {
        case Fault::none: return weft::ok();
        case Fault::truncated:
            return fail(Errc::corrupt, "wire.truncated", "offset {}: the bytes end within a value",
                        at);
        case Fault::bool_invalid:
            return fail(Errc::corrupt, "wire.bool_invalid",
                        "offset {}: byte {} is not a bool; 0 and 1 are", at, detail_);
        case Fault::leb_overlong:
            return fail(Errc::corrupt, "wire.leb_overlong",
                        "offset {}: a number takes more bytes than it needs", at);
        case Fault::leb_overflow:
            return fail(Errc::corrupt, "wire.leb_overflow",
                        "offset {}: a number does not fit in {} bits", at, detail_);
        case Fault::char_invalid:
            return fail(Errc::corrupt, "wire.char_invalid", "offset {}: no character begins here",
                        at);
        case Fault::utf8_invalid:
            return fail(Errc::corrupt, "wire.utf8_invalid",
                        "offset {}: a string is not valid UTF-8", at);
        case Fault::count_exceeded:
            return fail(Errc::corrupt, "wire.count_exceeded",
                        "offset {}: {} items or bytes cannot be in what follows", at, detail_);
        case Fault::case_unknown:
            return fail(Errc::corrupt, "wire.case_unknown",
                        "offset {}: there is no case of number {}", at, detail_);
        case Fault::flags_unknown:
            return fail(Errc::corrupt, "wire.flags_unknown",
                        "offset {}: byte {} sets flags that have no name", at, detail_);
    }
    return weft::ok();
}

Result<void> WireReader::finish() const {
    CHECK(check());
    if (rest() == 0) return weft::ok();
    return fail(Errc::corrupt, "wire.trailing", "offset {}: {} bytes follow the last value", at_,
                rest());
}

}  // namespace weft::value
