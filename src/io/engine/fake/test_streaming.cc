#include <algorithm>
#include <cstdint>
#include <numeric>
#include <utility>

#include "base/codec/leb128.h"
#include "base/rt/pipe.h"
#include "io/engine/fake/fake_engine.h"

namespace weft::engine::fake {
namespace {

enum Import : std::uint32_t { take, get, promise, fetch };
enum Export : std::uint32_t {
    send,
    fall,
    receive,
    sum,
    same,
    keep_promise,
    await,
    pour,
    same_text
};

constexpr std::size_t chunk_bytes = 64U << 10U;

Bytes encoded(std::uint64_t number) {
    Bytes bytes;
    codec::append_leb128(bytes, number);
    return bytes;
}

Carried only(Bytes bytes) { return {.bytes = std::move(bytes)}; }

/// What a guest writes once it has returned. It falls after an odd number of bytes.
class Poured final : public rt::ByteSource {
  public:
    explicit Poured(std::size_t size) : size_(size), falls_(size % 2 == 1) {}
    rt::Task<rt::Chunk> read() override { co_return *try_read(); }
    std::optional<Result<rt::Chunk>> try_read() override {
        if (size_ == 0 && falls_)
            return fail(Errc::unavailable, "engine.stream_cut",
                        "the component ended before the end of its stream");
        const auto next = std::min(chunk_bytes, size_);
        size_ -= next;
        return rt::Chunk{.data = Bytes(next, 42), .last = next == 0};
    }

  private:
    std::size_t size_;
    bool falls_;
};

/// Writes that many bytes to a stream that the host gets; the sum of what it took.
rt::Task<Carried> write_stream(std::shared_ptr<GuestHost> host, std::uint32_t size, Export how) {
    auto pipe = rt::make_pipe(chunk_bytes);
    Carried arguments{.bytes = encoded(size)};
    arguments.bytes.push_back(0);
    arguments.streams.push_back(std::move(pipe.source));
    CO_TRY(const auto answer, co_await host->import(take, std::move(arguments)));
    std::size_t sent = 0;
    while (sent < size) {
        const auto next = std::min(chunk_bytes, size - sent);
        Result<void> written = co_await pipe.sink->write({.data = Bytes(next, 42)});
        if (!written && written.error().code == Errc::cancelled) co_return Failure(written.error());
        if (!written) break;
        sent += next;
    }
    if (how == fall) co_return host->trap("unreachable");
    // Nobody may read any more: that is not the guest's fault.
    Result<void> closed = co_await pipe.sink->write({.data = {}, .last = true});
    if (!closed && closed.error().code == Errc::cancelled) co_return Failure(closed.error());
    co_return only(encoded(sent));
}

/// The sum of the bytes of a stream, of at least so many.
rt::Task<Carried> sum_of(std::unique_ptr<rt::ByteSource> stream, std::uint32_t least) {
    std::uint64_t total = 0;
    std::uint64_t count = 0;
    for (bool last = false; !last && count < least;) {
        Result<rt::Chunk> chunk = co_await stream->read();
        if (!chunk && chunk.error().code == Errc::cancelled) co_return Failure(chunk.error());
        if (!chunk) break;
        total = std::accumulate(chunk->data.begin(), chunk->data.end(), total);
        count += chunk->data.size();
        last = chunk->last;
    }
    co_return only(encoded(total));
}

rt::Task<Carried> read_stream(std::shared_ptr<GuestHost> host, std::uint32_t least) {
    CO_TRY(auto answer, co_await host->import(get, {}));
    auto stream = std::move(answer.streams.at(answer.bytes.at(0)));
    answer.streams.clear();
    CO_TRY(auto sum, co_await sum_of(std::move(stream), least));
    co_return sum;
}

rt::Task<Carried> make_future(std::shared_ptr<GuestHost> host) {
    Carried arguments{.bytes = encoded(0)};
    arguments.streams.push_back(
        rt::source_of(to_bytes("\x09"
                               "a promise")));
    CO_TRY(const auto answer, co_await host->import(promise, std::move(arguments)));
    co_return only(answer.bytes);
}

rt::Task<Carried> read_future(std::shared_ptr<GuestHost> host) {
    CO_TRY(auto answer, co_await host->import(fetch, {}));
    Result<rt::Chunk> value = co_await answer.streams.at(answer.bytes.at(0))->read();
    if (!value && value.error().code == Errc::cancelled) co_return Failure(value.error());
    if (!value || value->data.empty())
        co_return host->trap("the host ended a future without its value");
    co_return only(value->data);
}

/// Zero if there is none.
std::uint32_t argument(const Bytes& arguments) {
    const auto read = codec::read_leb128_u32(arguments);
    return read ? read->value : 0;
}

rt::Task<Carried> refuse(std::uint32_t function) {
    co_return fail(Errc::invalid_argument, "engine.arguments_invalid",
                   "the arguments of function {} do not fit", function);
}

rt::Task<Carried> hand_back(Carried arguments) { co_return arguments; }

rt::Task<Carried> pour_out(std::uint32_t size) {
    Carried result = only(encoded(0));
    result.streams.push_back(std::make_unique<Poured>(size));
    co_return result;
}

rt::Task<Carried> behave(std::shared_ptr<GuestHost> host, std::uint32_t function,
                         Carried arguments) {
    const auto number = argument(arguments.bytes);
    if (function == sum || function == same || function == same_text) {
        if (number >= arguments.streams.size()) return refuse(function);
        if (function != sum) return hand_back(std::move(arguments));
        return sum_of(std::move(arguments.streams[number]), UINT32_MAX);
    }
    switch (function) {
        case send: return write_stream(std::move(host), number, send);
        case fall: return write_stream(std::move(host), number, fall);
        case receive: return read_stream(std::move(host), number);
        case keep_promise: return make_future(std::move(host));
        case await: return read_future(std::move(host));
        case pour: return pour_out(number);
        default: return refuse(function);
    }
}

}  // namespace

Functions test_streaming() { return behave; }

}  // namespace weft::engine::fake
