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
enum Export : std::uint32_t { send, fall, receive, sum, same, keep_promise, await };

constexpr std::size_t chunk_bytes = 64U << 10U;

Bytes encoded(std::uint64_t number) {
    Bytes octets;
    codec::append_leb128(octets, number);
    return octets;
}

/// Writes that many octets to a stream that the host gets; the sum of what it took.
rt::Task<Bytes> write_stream(std::shared_ptr<World> world, std::uint32_t size, Export how) {
    auto pipe = rt::make_pipe(chunk_bytes);
    Carried arguments{.octets = encoded(size)};
    arguments.octets.push_back(0);
    arguments.streams.push_back(std::move(pipe.source));
    CO_TRY(const auto answer, co_await world->import(take, std::move(arguments)));
    std::size_t sent = 0;
    while (sent < size) {
        const auto next = std::min(chunk_bytes, size - sent);
        Result<void> written = co_await pipe.sink->write({.data = Bytes(next, 42)});
        if (!written && written.error().code == Errc::cancelled) co_return Failure(written.error());
        if (!written) break;
        sent += next;
    }
    if (how == fall) co_return world->trap("unreachable");
    // Nobody may read any more: that is not the guest's fault.
    Result<void> closed = co_await pipe.sink->write({.data = {}, .last = true});
    if (!closed && closed.error().code == Errc::cancelled) co_return Failure(closed.error());
    co_return encoded(sent);
}

/// The sum of the octets of a stream of the host's, of at least so many.
rt::Task<Bytes> read_stream(std::shared_ptr<World> world, std::uint32_t least) {
    CO_TRY(auto answer, co_await world->import(get, {}));
    auto stream = std::move(answer.streams.at(answer.octets.at(0)));
    answer.streams.clear();
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
    co_return encoded(total);
}

rt::Task<Bytes> make_future(std::shared_ptr<World> world) {
    Carried arguments{.octets = encoded(0)};
    arguments.streams.push_back(
        rt::source_of(to_bytes("\x09"
                               "a promise")));
    CO_TRY(const auto answer, co_await world->import(promise, std::move(arguments)));
    co_return answer.octets;
}

rt::Task<Bytes> read_future(std::shared_ptr<World> world) {
    CO_TRY(auto answer, co_await world->import(fetch, {}));
    Result<rt::Chunk> value = co_await answer.streams.at(answer.octets.at(0))->read();
    if (!value && value.error().code == Errc::cancelled) co_return Failure(value.error());
    if (!value || value->data.empty())
        co_return world->trap("the host ended a future without its value");
    co_return value->data;
}

/// Zero if there is none.
std::uint32_t argument(const Bytes& arguments) {
    const auto read = codec::read_leb128_u32(arguments);
    return read ? read->value : 0;
}

rt::Task<Bytes> refuse(std::uint32_t function) {
    co_return fail(Errc::invalid_argument, "engine.arguments_invalid",
                   "function {} takes a stream, which cannot be given to it", function);
}

rt::Task<Bytes> behave(std::shared_ptr<World> world, std::uint32_t function, Bytes arguments) {
    const auto number = argument(arguments);
    switch (function) {
        case send: return write_stream(std::move(world), number, send);
        case fall: return write_stream(std::move(world), number, fall);
        case receive: return read_stream(std::move(world), number);
        case keep_promise: return make_future(std::move(world));
        case await: return read_future(std::move(world));
        default: return refuse(function);
    }
}

}  // namespace

Functions test_streaming() { return behave; }

}  // namespace weft::engine::fake
