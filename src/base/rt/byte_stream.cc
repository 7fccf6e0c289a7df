#include "base/rt/byte_stream.h"

#include <algorithm>
#include <utility>

namespace weft::rt {
namespace {

class MemorySource final : public ByteSource {
  public:
    MemorySource(Bytes data, std::size_t piece_bytes)
        : data_(std::move(data)), piece_bytes_(std::max<std::size_t>(piece_bytes, 1)) {}

    Task<Chunk> read() override { co_return take(); }
    std::optional<Result<Chunk>> try_read() override { return take(); }

  private:
    Chunk take() {
        const auto left = data_.size() - offset_;
        if (offset_ == 0 && left <= piece_bytes_) return {std::move(data_), true};
        const auto size = std::min(left, piece_bytes_);
        const auto begin = data_.begin() + static_cast<std::ptrdiff_t>(offset_);
        offset_ += size;
        return {Bytes(begin, begin + static_cast<std::ptrdiff_t>(size)), size == left};
    }

    Bytes data_;
    std::size_t piece_bytes_;
    std::size_t offset_ = 0;
};

}  // namespace

std::unique_ptr<ByteSource> source_of(Bytes data) {
    const auto size = data.size();
    return std::make_unique<MemorySource>(std::move(data), size);
}

std::unique_ptr<ByteSource> source_of(Bytes data, std::size_t piece_bytes) {
    return std::make_unique<MemorySource>(std::move(data), piece_bytes);
}

}  // namespace weft::rt
