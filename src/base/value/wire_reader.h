#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"

namespace weft::value {

/// Reads values in wRPC encoding from bytes that it borrows: no copy, no allocation. Texts and
/// bytes are views into the input.
///
/// The first failure sticks: from then on every read gives zero or nothing at once, counts too, so
/// that loops end. What was read counts only after `finish` or `check` said that all was well.
/// Only the one canonical encoding of a value is read: a number in more bytes than it needs, a
/// bool that is neither 0 nor 1, bits of flags without a name are failures.
class WireReader {
  public:
    explicit WireReader(BytesView bytes) : bytes_(bytes) {}

    bool boolean();
    std::uint8_t u8() { return at_ < bytes_.size() ? bytes_[at_++] : cut_short(); }
    std::int8_t s8() { return static_cast<std::int8_t>(u8()); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(unsigned_number(16)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(unsigned_number(32)); }
    std::uint64_t u64() { return unsigned_number(64); }
    std::int16_t s16() { return static_cast<std::int16_t>(signed_number(16)); }
    std::int32_t s32() { return static_cast<std::int32_t>(signed_number(32)); }
    std::int64_t s64() { return signed_number(64); }
    /// Every bit as it was sent, of a NaN too.
    float f32() { return std::bit_cast<float>(fixed<std::uint32_t>()); }
    double f64() { return std::bit_cast<double>(fixed<std::uint64_t>()); }
    char32_t character();
    /// Valid UTF-8.
    std::string_view string();
    /// Of list<u8> and list<s8>, and of a handle.
    BytesView bytes();
    /// Items of a list, map or stream that follow. `item_bytes_min` is what the smallest item
    /// takes; a count whose items cannot be in what is left is a failure. With 0 the caller bounds
    /// it.
    std::uint32_t count(std::uint64_t item_bytes_min);
    /// Which of so many cases: of a variant or enum; of an option 0 none, 1 some; of a result 0 ok,
    /// 1 err.
    std::uint32_t case_index(std::uint32_t cases);
    bool is_some() { return case_index(2) == 1; }
    /// The bytes of so many flags, the first flag in the lowest bit of the first byte.
    BytesView flags(std::size_t names);
    /// The same as one number, for at most 64 of them.
    std::uint64_t flag_bits(unsigned names);

    /// Whether nothing failed so far.
    bool ok() const { return fault_ == Fault::none; }
    /// Bytes read so far.
    std::size_t offset() const { return at_; }
    std::size_t rest() const { return bytes_.size() - at_; }

    /// The first failure, with its offset. Errors: corrupt (`wire.truncated`, `wire.bool_invalid`,
    /// `wire.leb_overlong`, `wire.leb_overflow`, `wire.char_invalid`, `wire.utf8_invalid`,
    /// `wire.count_exceeded`, `wire.case_unknown`, `wire.flags_unknown`).
    Result<void> check() const;
    /// As `check`, and all bytes must have been read. Errors: also corrupt (`wire.trailing`).
    Result<void> finish() const;

  private:
    enum class Fault : std::uint8_t {
        none,
        truncated,
        bool_invalid,
        leb_overlong,
        leb_overflow,
        char_invalid,
        utf8_invalid,
        count_exceeded,
        case_unknown,
        flags_unknown,
    };

    std::uint64_t unsigned_number(unsigned bits) {
        if (at_ < bytes_.size() && bytes_[at_] < 0x80) [[likely]]
            return bytes_[at_++];
        return long_unsigned(bits);
    }
    std::uint64_t long_unsigned(unsigned bits);
    std::int64_t signed_number(unsigned bits);
    std::uint64_t refuse_number(Fault fault, unsigned bits);
    template <typename T>
    T fixed();
    BytesView take(std::size_t bytes);
    std::uint8_t cut_short();
    /// Nothing is left to read afterwards. `detail` is for the message.
    void refuse(Fault fault, std::size_t offset, std::uint64_t detail = 0);

    BytesView bytes_;
    std::size_t at_ = 0;
    Fault fault_ = Fault::none;
    std::size_t fault_offset_ = 0;
    std::uint64_t detail_ = 0;
};

}  // namespace weft::value
