#include "base/rt/pipe.h"

#include <deque>

#include "base/rt/one_shot.h"

namespace weft::rt {
namespace {

/// What both ends share. A waiting end has a OneShot in its own frame; the other end wakes it.
struct Shared {
    explicit Shared(std::size_t window) : window_bytes(window) {}

    std::size_t window_bytes;
    std::deque<Chunk> chunks;
    std::size_t held_bytes = 0;  // Invariant: sum of chunks[i].data.size().
    bool source_gone = false;
    bool sink_gone = false;
    OneShot<void>* reader = nullptr;  // Borrowed from the frame of a waiting read().
    OneShot<void>* writer = nullptr;  // Borrowed from the frame of a waiting write().

    bool is_full() const { return !chunks.empty() && held_bytes >= window_bytes; }
    static void wake(OneShot<void>*& waiting) {
        if (waiting != nullptr) std::exchange(waiting, nullptr)->complete(ok());
    }
};

Failure writer_gone() {
    return fail(Errc::unavailable, "rt.writer_gone",
                "the stream ended before its last chunk: the writer is gone");
}

Failure reader_gone() {
    return fail(Errc::unavailable, "rt.reader_gone", "the reader of the stream is gone");
}

class PipeSource final : public ByteSource {
  public:
    explicit PipeSource(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    ~PipeSource() override {
        shared_->source_gone = true;
        Shared::wake(shared_->writer);
    }

    Task<Chunk> read() override {
        auto shared = shared_;
        while (shared->chunks.empty()) {
            if (shared->sink_gone) co_return writer_gone();
            OneShot<void> written;
            shared->reader = &written;
            Result<void> woken = co_await written;
            shared->reader = nullptr;
            CO_CHECK(std::move(woken));
        }
        co_return take();
    }

    std::optional<Result<Chunk>> try_read() override {
        if (!shared_->chunks.empty()) return take();
        if (shared_->sink_gone) return writer_gone();
        return std::nullopt;
    }

  private:
    Chunk take() {
        Chunk chunk = std::move(shared_->chunks.front());
        shared_->chunks.pop_front();
        shared_->held_bytes -= chunk.data.size();
        Shared::wake(shared_->writer);
        return chunk;
    }

    std::shared_ptr<Shared> shared_;
};

class PipeSink final : public ByteSink {
  public:
    explicit PipeSink(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
    ~PipeSink() override {
        shared_->sink_gone = true;
        Shared::wake(shared_->reader);
    }

    Task<void> write(Chunk chunk) override {
        auto shared = shared_;
        while (shared->is_full() && !shared->source_gone) {
            OneShot<void> taken;
            shared->writer = &taken;
            Result<void> woken = co_await taken;
            shared->writer = nullptr;
            CO_CHECK(std::move(woken));
        }
        if (shared->source_gone) co_return reader_gone();
        shared->held_bytes += chunk.data.size();
        shared->chunks.push_back(std::move(chunk));
        Shared::wake(shared->reader);
        co_return ok();
    }

  private:
    std::shared_ptr<Shared> shared_;
};

}  // namespace

Pipe make_pipe(std::size_t window_bytes) {
    auto shared = std::make_shared<Shared>(window_bytes);
    return {std::make_unique<PipeSource>(shared), std::make_unique<PipeSink>(shared)};
}

}  // namespace weft::rt
