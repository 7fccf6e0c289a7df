#include "base/value/wire_writer.h"

#include <limits>
#include <string>

#include "base/codec/leb128.h"
#include "base/codec/utf8.h"
#include "base/core/assert.h"

namespace weft::value {

template <typename T>
void WireWriter::fixed(T bits) {
    std::uint8_t bytes[sizeof(T)];
    for (std::size_t i = 0; i < sizeof(T); ++i)
        bytes[i] = static_cast<std::uint8_t>(bits >> (8 * i));
    out_->insert(out_->end(), bytes, bytes + sizeof(T));
}

template void WireWriter::fixed(std::uint32_t);
template void WireWriter::fixed(std::uint64_t);

void WireWriter::long_unsigned(std::uint64_t value) { codec::append_leb128(*out_, value); }

void WireWriter::signed_number(std::int64_t value) {
    while (value < -64 || value > 63) {
        out_->push_back(static_cast<std::uint8_t>((value & 0x7F) | 0x80));
        value >>= 7;
    }
    out_->push_back(static_cast<std::uint8_t>(value & 0x7F));
}

void WireWriter::character(char32_t value) {
    std::string text;
    codec::append_utf8(text, value);
    out_->insert(out_->end(), text.begin(), text.end());
}

void WireWriter::bytes(BytesView bytes) {
    count(bytes.size());
    out_->insert(out_->end(), bytes.begin(), bytes.end());
}

void WireWriter::count(std::size_t items) {
    WEFT_ASSERT(items <= std::numeric_limits<std::uint32_t>::max(), "counts have 32 bits");
    unsigned_number(items);
}

void WireWriter::flag_bits(std::uint64_t bits, unsigned names) {
    WEFT_ASSERT(names <= 64, "so many flags are no number");
    for (unsigned done = 0; done < names; done += 8) {
        const auto left = names - done;
        const auto mask = left >= 8 ? 0xFFU : (1U << left) - 1;
        out_->push_back(static_cast<std::uint8_t>((bits >> done) & mask));
    }
}

}  // namespace weft::value
