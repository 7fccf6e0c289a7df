#include "base/rt/byte_stream_fixture.h"

#include <utility>

namespace weft::rt {
namespace {

class FailingSource final : public ByteSource {
  public:
    FailingSource(Bytes first, Error error) : first_(std::move(first)), error_(std::move(error)) {}

    Task<Chunk> read() override { co_return take(); }
    std::optional<Result<Chunk>> try_read() override { return take(); }

  private:
    Result<Chunk> take() {
        if (first_.empty()) return Failure(error_);
        return Chunk{std::exchange(first_, {}), false};
    }

    Bytes first_;
    Error error_;
};

}  // namespace

std::unique_ptr<ByteSource> failing_source(Bytes first, Error error) {
    return std::make_unique<FailingSource>(std::move(first), std::move(error));
}

Task<Bytes> read_all(ByteSource* source, std::size_t bytes_max) {
    Bytes all;
    for (bool last = false; !last;) {
        CO_TRY(Chunk chunk, co_await source->read());
        if (chunk.data.size() > bytes_max - all.size())
            co_return fail(Errc::exhausted, "rt.stream_too_long",
                           "the stream is longer than the limit of {} bytes", bytes_max);
        all.insert(all.end(), chunk.data.begin(), chunk.data.end());
        last = chunk.last;
    }
    co_return all;
}

}  // namespace weft::rt
