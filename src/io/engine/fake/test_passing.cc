#include <utility>

#include "base/codec/leb128.h"
#include "base/rt/pipe.h"
#include "io/engine/fake/fake_engine.h"

namespace weft::engine::fake {
namespace {

enum Import : std::uint32_t { source, give, sink, pass, ready };
enum Export : std::uint32_t {
    count,
    forward,
    write,
    write_and_trap,
    hand_on,
    wait,
    count_of,
    fill,
    same
};

constexpr std::size_t piece_bytes = 4096;

using SourcePtr = std::unique_ptr<rt::ByteSource>;
using SinkPtr = std::shared_ptr<rt::ByteSink>;

/// An output-stream on its way to another guest.
class PassedSink final : public rt::ByteSource {
  public:
    explicit PassedSink(SinkPtr to) : sink(std::move(to)) {}
    rt::Task<rt::Chunk> read() override { co_return *try_read(); }
    std::optional<Result<rt::Chunk>> try_read() override {
        return rt::Chunk{.data = {}, .last = true};
    }
    SinkPtr sink;
};

Carried only(std::uint64_t number) {
    Carried result;
    codec::append_leb128(result.bytes, number);
    return result;
}

Carried with(SourcePtr stream) {
    Carried arguments{.bytes = {0}};
    arguments.streams.push_back(std::move(stream));
    return arguments;
}

rt::Task<Carried> count_all(SourcePtr stream) {
    std::uint64_t total = 0;
    for (bool last = false; !last;) {
        Result<rt::Chunk> chunk = co_await stream->read();
        if (!chunk && chunk.error().code == Errc::cancelled) co_return Failure(chunk.error());
        if (!chunk) co_return only(total + 1'000'000);
        total += chunk->data.size();
        last = chunk->last;
    }
    co_return only(total);
}

rt::Task<Carried> write_pieces(SinkPtr output, std::uint32_t pieces) {
    std::uint32_t done = 0;
    for (; done < pieces; ++done) {
        Result<void> written = co_await output->write({.data = Bytes(piece_bytes, 0)});
        if (!written && written.error().code == Errc::cancelled) co_return Failure(written.error());
        if (!written) co_return only(done);
    }
    CO_CHECK(co_await output->write({.data = {}, .last = true}));
    co_return only(done);
}

rt::Task<SourcePtr> ask_source(std::shared_ptr<GuestHost> host, Import import) {
    CO_TRY(auto answer, co_await host->import(import, {}));
    co_return std::move(answer.streams.at(answer.bytes.at(0)));
}

rt::Task<SinkPtr> ask_sink(std::shared_ptr<GuestHost> host) {
    CO_TRY(auto answer, co_await host->import(sink, {}));
    co_return answer.outputs.at(answer.bytes.at(0));
}

rt::Task<Carried> behave(std::shared_ptr<GuestHost> host, std::uint32_t function,
                         Carried arguments) {
    switch (function) {
        case count: {
            CO_TRY(auto stream, co_await ask_source(host, source));
            co_return co_await count_all(std::move(stream));
        }
        case count_of: co_return co_await count_all(std::move(arguments.streams.at(0)));
        case same: co_return arguments;
        case forward: {
            CO_TRY(auto stream, co_await ask_source(host, source));
            co_return co_await host->import(give, with(std::move(stream)));
        }
        case write: {
            CO_TRY(const auto pieces, codec::read_leb128_u32(arguments.bytes));
            CO_TRY(auto output, co_await ask_sink(host));
            co_return co_await write_pieces(std::move(output), pieces.value);
        }
        case hand_on: {
            CO_TRY(auto output, co_await ask_sink(host));
            co_return co_await host->import(pass, with(std::make_unique<PassedSink>(output)));
        }
        case fill: {
            const BytesView rest = BytesView(arguments.bytes).subspan(1);
            CO_TRY(const auto pieces, codec::read_leb128_u32(rest));
            auto& passed = dynamic_cast<PassedSink&>(*arguments.streams.at(0));
            co_return co_await write_pieces(std::move(passed.sink), pieces.value);
        }
        case wait: {
            CO_TRY(auto signal, co_await ask_source(host, ready));
            Result<rt::Chunk> first = co_await signal->read();
            if (!first && first.error().code == Errc::cancelled) co_return Failure(first.error());
            co_return Carried{};
        }
        default: co_return host->trap("unreachable");
    }
}

}  // namespace

Functions test_passing() { return behave; }

}  // namespace weft::engine::fake
