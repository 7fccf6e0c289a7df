#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "base/core/bytes.h"

namespace weft::value {

/// Appends values in wRPC encoding, each in its one canonical form. `out` is borrowed. What it is
/// given must be right: a char that is none, a text that is not UTF-8, more than 2^32 - 1 items are
/// bugs of the caller; only some are asserted.
class WireWriter {
  public:
    explicit WireWriter(Bytes& out) : out_(&out) {}

    void boolean(bool value) { u8(value ? 1 : 0); }
    void u8(std::uint8_t value) { out_->push_back(value); }
    void s8(std::int8_t value) { u8(static_cast<std::uint8_t>(value)); }
    void u16(std::uint16_t value) { unsigned_number(value); }
    void u32(std::uint32_t value) { unsigned_number(value); }
    void u64(std::uint64_t value) { unsigned_number(value); }
    void s16(std::int16_t value) { signed_number(value); }
    void s32(std::int32_t value) { signed_number(value); }
    void s64(std::int64_t value) { signed_number(value); }
    void f32(float value) { fixed(std::bit_cast<std::uint32_t>(value)); }
    void f64(double value) { fixed(std::bit_cast<std::uint64_t>(value)); }
    void character(char32_t value);
    void string(std::string_view text) { bytes(as_bytes(text)); }
    /// Of list<u8> and list<s8>, and of a handle.
    void bytes(BytesView bytes);
    /// Before the items of a list, map or stream.
    void count(std::size_t items);
    /// Of a variant or enum; of an option 0 none, 1 some; of a result 0 ok, 1 err.
    void case_index(std::uint32_t index) { unsigned_number(index); }
    /// So many flags, at most 64, the first in the lowest bit; bits without a name are left out.
    void flag_bits(std::uint64_t bits, unsigned names);

  private:
    void unsigned_number(std::uint64_t value) {
        if (value < 0x80) [[likely]]
            out_->push_back(static_cast<std::uint8_t>(value));
        else
            long_unsigned(value);
    }
    void long_unsigned(std::uint64_t value);
    void signed_number(std::int64_t value);
    template <typename T>
    void fixed(T bits);

    Bytes* out_;
};

}  // namespace weft::value
