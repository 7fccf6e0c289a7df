#pragma once

// The part of the port's suite that is about streams and futures of exported functions.

#include <string>
#include <utility>
#include <vector>

#include "base/rt/byte_stream_fixture.h"
#include "io/engine/stream_suite.h"

namespace weft::engine {

class EngineExportStreams : public EngineStreams {
  protected:
    using Seen = WatchedSource::Seen;
    using InstancePtr = std::shared_ptr<Instance>;
    using SourcePtr = std::unique_ptr<rt::ByteSource>;

    static constexpr std::uint32_t endless = 1U << 30U;
    static inline const InstanceOptions one_call{.limits = {{Limit::concurrent, 1}}};
    static inline const InstanceOptions sequential{
        .limits = {{Limit::reuse, 100}, {Limit::concurrent, 1}}};

    static Values with(std::uint32_t value, SourcePtr source) {
        Values values(Payload::of(number(value)));
        values.streams.push_back(std::move(source));
        return values;
    }
    static Values with(std::uint32_t value) { return Payload::of(number(value)); }

    rt::Task<Values> call_in(InstancePtr instance, Function function, Values arguments,
                             TimePoint deadline = TimePoint::max()) {
        CO_TRY(auto values, co_await instance->call({.deadline = deadline}, function,
                                                    std::move(arguments), observer_));
        co_return values;
    }

    /// The only stream of a result.
    static rt::Task<SourcePtr> stream_of(rt::Task<Values> call) {
        CO_TRY(auto values, co_await std::move(call));
        EXPECT_EQ(values.streams.size(), 1U);
        EXPECT_EQ(Bytes(values.payload.bytes().begin(), values.payload.bytes().end()), number(0));
        co_return std::move(values.streams.at(0));
    }

    rt::Task<std::string> sum_of(SourcePtr source) {
        CO_TRY(auto instance, open(component_, one_call));
        CO_TRY(const auto result, co_await call_in(instance, sum, with(0, std::move(source))));
        CO_TRY(const auto value, codec::read_leb128_u32(result.payload.bytes()));
        co_return std::to_string(value.value);
    }

    /// Nobody but the stream holds the instance while it is read.
    rt::Task<std::string> size_of(Function function, Values arguments, Bytes expected) {
        CO_TRY(auto instance, open(component_, one_call));
        CO_TRY(const auto stream,
               co_await stream_of(call_in(std::move(instance), function, std::move(arguments))));
        CO_TRY(const Bytes read, co_await rt::read_all(stream.get(), expected.size()));
        EXPECT_EQ(read, expected);
        co_return std::to_string(read.size());
    }

    /// What arrives until a read fails, and how it fails.
    static rt::Task<std::string> read_until_it_fails(rt::ByteSource* stream) {
        std::size_t size = 0;
        while (true) {
            Result<rt::Chunk> chunk = co_await stream->read();
            if (!chunk)
                co_return std::to_string(size) + ", " + std::string(chunk.error().slug.text());
            size += chunk->data.size();
            if (chunk->last) co_return std::to_string(size) + ", ended";
        }
    }
    rt::Task<std::string> failure_of(Function function, Values arguments, TimePoint deadline) {
        CO_TRY(auto instance, open(component_, one_call));
        CO_TRY(const auto stream, co_await stream_of(call_in(std::move(instance), function,
                                                             std::move(arguments), deadline)));
        CO_TRY(auto text, co_await read_until_it_fails(stream.get()));
        co_return text;
    }

    rt::Task<std::string> refuse_arguments(Values arguments) {
        CO_TRY(auto instance, open(component_, sequential));
        Result<Values> refused = co_await call_in(instance, sum, std::move(arguments));
        EXPECT_FALSE(refused);
        CO_TRY(const auto sum_after,
               co_await call_in(instance, sum, with(0, rt::source_of(Bytes(3, 1)))));
        EXPECT_EQ(sum_after.payload.bytes()[0], 3) << "the guest is not as it was";
        co_return refused ? "called" : std::string(refused.error().slug.text());
    }

    /// A stream counts as its call does until it is dropped.
    rt::Task<std::string> drop_early() {
        CO_TRY(auto instance, open(component_, sequential));
        CO_TRY(auto stream, co_await stream_of(call_in(instance, pour, with(endless))));
        CO_TRY(const auto chunk, co_await stream->read());
        EXPECT_FALSE(chunk.last);
        EXPECT_FALSE(instance->is_free());
        EXPECT_EQ(instance->calls(), 1U);
        stream.reset();
        CO_CHECK(co_await until([&] { return instance->is_free(); }));
        EXPECT_EQ(instance->calls(), 0U);
        CO_TRY(const auto second,
               co_await call_in(instance, sum, with(0, rt::source_of(Bytes(10, 1)))));
        co_return std::to_string(second.payload.bytes()[0]);
    }

    rt::Task<std::string> close_while_reading() {
        CO_TRY(auto instance, open(component_, sequential));
        CO_TRY(auto stream, co_await stream_of(call_in(instance, pour, with(400'000))));
        instance->close();
        CO_TRY(const Bytes read, co_await rt::read_all(stream.get(), 400'000));
        EXPECT_EQ(read, Bytes(400'000, 42));
        stream.reset();
        CO_CHECK(co_await until([&] { return instance->has_ended(); }));
        co_return instance->has_ended() ? "ended" : "goes on";
    }

    rt::Task<std::string> two_together() {
        CO_TRY(auto instance, open(component_, many));
        CO_TRY(auto one, co_await stream_of(call_in(
                             instance, same, with(0, rt::source_of(Bytes(9'000, 1), 1'000)))));
        CO_TRY(auto two, co_await stream_of(call_in(
                             instance, same, with(0, rt::source_of(Bytes(9'000, 2), 1'000)))));
        CO_TRY(const Bytes second, co_await rt::read_all(two.get(), 9'000));
        CO_TRY(const Bytes first, co_await rt::read_all(one.get(), 9'000));
        EXPECT_EQ(first, Bytes(9'000, 1));
        EXPECT_EQ(second, Bytes(9'000, 2));
        co_return "both";
    }

    /// A result that nobody took.
    rt::Task<std::string> cancel_before_the_end(Seen* seen) {
        CO_TRY(auto instance, open(component_, sequential));
        rt::Scope calls(&thread_.shard());
        std::string outcome;
        CO_CHECK(calls.spawn(note(
            [](rt::Task<Values> call) -> rt::Task<std::string> {
                CO_CHECK(co_await std::move(call));
                co_return "called";
            }(call_in(instance, sum, with(0, watched(Kind::silent, seen)))),
            &outcome)));
        CO_CHECK(co_await until([&] { return seen->reads == 1; }));
        co_await calls.close();
        CO_CHECK(co_await settle());
        co_return outcome;
    }
};

TEST_P(EngineExportStreams, AnArgumentIsReadToItsEnd) {
    EXPECT_EQ(run(sum_of(rt::source_of(Bytes(750, 1), 250))).value(), "750");
}

TEST_P(EngineExportStreams, AnArgumentThatFailsEndsTheGuestsStream) {
    const Error broken{Errc::unavailable, "rt.writer_gone", "broken"};

    EXPECT_EQ(run(sum_of(rt::failing_source(Bytes(100, 1), broken))).value(), "100");
}

TEST_P(EngineExportStreams, ArgumentsThatDoNotFitGiveTheirSourcesUp) {
    Seen seen;
    EXPECT_EQ(run(refuse_arguments(with(5, watched(Kind::endless, &seen)))).value(),
              "engine.arguments_invalid");
    EXPECT_EQ(run(refuse_arguments(with(0))).value(), "engine.arguments_invalid");

    Values many_streams = with(0);
    for (int place = 0; place < 129; ++place)
        many_streams.streams.push_back(watched(Kind::endless, &seen));
    EXPECT_EQ(run(refuse_arguments(std::move(many_streams))).value(), "engine.streams_full");

    EXPECT_EQ(seen.alive, 0);
    EXPECT_EQ(seen.reads, 0);
}

TEST_P(EngineExportStreams, AStreamGoesThroughAGuest) {
    const Bytes sent(1U << 20U, 7);
    EXPECT_EQ(run(size_of(same, with(0, rt::source_of(sent, 100'000)), sent)).value(), "1048576");
}

TEST_P(EngineExportStreams, AFutureGoesThroughAGuest) {
    const auto value = to_bytes("\4kept");
    EXPECT_EQ(run(size_of(same_text, with(0, rt::source_of(value)), value)).value(), "5");
}

TEST_P(EngineExportStreams, AResultIsReadWhileTheGuestGoesOn) {
    EXPECT_EQ(run(size_of(pour, with(400'000), Bytes(400'000, 42))).value(), "400000");
}

TEST_P(EngineExportStreams, AGuestThatFallsCutsItsResult) {
    EXPECT_EQ(run(failure_of(pour, with(1'001), TimePoint::max())).value(),
              "1001, engine.stream_cut");
}

TEST_P(EngineExportStreams, TheDeadlineHoldsWhileAResultIsRead) {
    const auto text =
        run(failure_of(pour, with(endless), thread_.shard().now() + std::chrono::milliseconds(50)));
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_TRUE(text->ends_with(", engine.deadline")) << *text;
}

TEST_P(EngineExportStreams, AResultThatIsDroppedFreesTheInstance) {
    const auto text = run(drop_early());
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(*text, "10");
}

TEST_P(EngineExportStreams, AnInstanceThatIsClosedEndsAfterItsStreams) {
    EXPECT_EQ(run(close_while_reading()).value(), "ended");
}

TEST_P(EngineExportStreams, TwoCallsTogetherHaveTheirOwnStreams) {
    EXPECT_EQ(run(two_together()).value(), "both");
}

TEST_P(EngineExportStreams, CancellingTheCallCancelsTheReadOfItsArgument) {
    Seen seen;
    EXPECT_EQ(run(cancel_before_the_end(&seen)).value(), "rt.cancelled");
    EXPECT_EQ(seen.alive, 0);
}

}  // namespace weft::engine
