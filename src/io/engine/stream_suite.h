#pragma once

// The part of the port's suite that is about streams and futures of imports. An implementation's
// test file instantiates EngineStreams as it does EnginePort.

#include <functional>
#include <string>

#include "base/codec/leb128.h"
#include "base/rt/byte_stream_fixture.h"
#include "io/engine/port_fixture.h"
#include "io/engine/stream_hosts_fixture.h"

namespace weft::engine {

class EngineStreams : public EnginePort {
  protected:
    enum Function : std::uint32_t {
        send,
        fall,
        receive,
        sum,
        same,
        promise,
        await,
        pour,
        same_text
    };
    using When = StreamHost::When;
    using Host = std::shared_ptr<StreamHost>;
    using Kind = WatchedSource::Kind;

    static constexpr std::uint32_t everything = 1U << 30U;

    void SetUp() override {
        const auto made = GetParam().set_up({});
        engine_ = made.engine;
        auto compiled = engine_->compile(made.test_streaming, Engine::Imports::handler);
        ASSERT_TRUE(compiled) << compiled.error().message;
        component_ = *compiled;
    }

    static Host host(When when = When::now) { return std::make_shared<StreamHost>(when); }
    static Host giving(std::unique_ptr<rt::ByteSource> source, When when = When::now) {
        auto made = host(when);
        made->given = std::move(source);
        return made;
    }
    static std::unique_ptr<rt::ByteSource> watched(Kind kind, WatchedSource::Seen* seen) {
        return std::make_unique<WatchedSource>(kind, seen);
    }
    static Bytes number(std::uint32_t value) {
        Bytes bytes;
        codec::append_leb128(bytes, value);
        return bytes;
    }

    /// Calls a function in an instance of its own: a number if it gives one, else the bytes.
    rt::Task<std::string> call(std::shared_ptr<ImportHandler> handler, Function function,
                               Bytes arguments, TimePoint deadline = TimePoint::max()) {
        CO_TRY(auto instance, open(component_, {.imports = std::move(handler)}));
        CO_TRY(const auto result,
               co_await instance->call({.deadline = deadline}, function,
                                       Payload::of(std::move(arguments)), observer_));
        const auto bytes = result.payload.bytes();
        if (function == await || bytes.empty()) co_return std::string(as_text(bytes));
        CO_TRY(const auto value, codec::read_leb128_u32(bytes));
        co_return std::to_string(value.value);
    }
    Result<std::string> call(Host handler, Function function, std::uint32_t argument) {
        return run(call(std::move(handler), function, number(argument)));
    }

    /// Returns when it holds, or after half a minute: what follows checks it.
    rt::Task<void> until(std::function<bool()> holds) {
        auto& shard = thread_.shard();
        const auto due = shard.now() + std::chrono::seconds(30);
        while (!holds() && shard.now() < due) CO_CHECK(co_await rt::sleep_until(shard.now()));
        co_return ok();
    }

    rt::Task<void> settle() {
        for (int turn = 0; turn < 100; ++turn)
            CO_CHECK(co_await rt::sleep_until(thread_.shard().now()));
        co_return ok();
    }

    /// How much a guest sent and how much of it arrived, while somebody reads.
    rt::Task<std::string> send_and_read(Host handler, std::uint32_t bytes) {
        rt::Scope calls(&thread_.shard());
        std::string sent;
        CO_CHECK(calls.spawn(note(call(handler, send, number(bytes)), &sent)));
        CO_CHECK(co_await handler->asked);
        if (handler->later) EXPECT_TRUE(handler->answer_now());
        CO_CHECK(co_await settle());
        if (bytes > 300'000) EXPECT_EQ(sent, "") << "the guest went on though nobody read";
        CO_TRY(const Bytes read, co_await rt::read_all(handler->taken.get(), bytes));
        EXPECT_EQ(read, Bytes(bytes, 42));
        co_await calls.drain();
        co_return sent + " sent, " + std::to_string(read.size()) + " read";
    }

    rt::Task<std::string> read_once_and_close(Host handler) {
        rt::Scope calls(&thread_.shard());
        std::string sent;
        CO_CHECK(calls.spawn(note(call(handler, send, number(400'000)), &sent)));
        CO_CHECK(co_await handler->asked);
        CO_TRY(const auto chunk, co_await handler->taken->read());
        EXPECT_FALSE(chunk.last);
        handler->taken.reset();
        co_await calls.drain();
        co_return std::stoul(sent) < 400'000 ? "heard" : sent;
    }

    static rt::Task<std::string> read_all_of(Host handler) {
        CO_TRY(const Bytes all, co_await rt::read_all(handler->taken.get(), 1'000'000));
        co_return std::to_string(all.size());
    }

    /// A read that is given up before the guest writes.
    rt::Task<std::string> cancel_a_read(Host handler) {
        rt::Scope calls(&thread_.shard());
        rt::Scope reads(&thread_.shard());
        std::string sent;
        std::string cancelled;
        CO_CHECK(calls.spawn(note(call(handler, send, number(1'000)), &sent)));
        CO_CHECK(co_await handler->asked);
        CO_CHECK(reads.spawn(note(read_all_of(handler), &cancelled)));
        co_await reads.close();
        EXPECT_TRUE(handler->answer_now());
        CO_TRY(const std::string read, co_await read_all_of(handler));
        co_await calls.drain();
        co_return cancelled + ", then " + read;
    }

    /// What arrives of a stream whose guest traps.
    rt::Task<std::string> read_of_a_falling_guest(Host handler) {
        rt::Scope calls(&thread_.shard());
        std::string outcome;
        CO_CHECK(calls.spawn(note(call(handler, fall, number(1'000)), &outcome)));
        co_await calls.drain();
        CO_TRY(const auto chunk, co_await handler->taken->read());
        EXPECT_FALSE(chunk.last);
        Result<rt::Chunk> rest = co_await handler->taken->read();
        EXPECT_EQ(rest.error().code, Errc::unavailable);
        co_return outcome + ", " + std::to_string(chunk.data.size()) + " bytes";
    }

    /// A guest is ended while somebody waits for its stream.
    rt::Task<std::string> read_of_an_ended_guest(Host handler) {
        rt::Scope calls(&thread_.shard());
        rt::Scope reads(&thread_.shard());
        std::string sent;
        std::string read;
        CO_CHECK(calls.spawn(note(call(handler, send, number(1'000)), &sent)));
        CO_CHECK(co_await handler->asked);
        CO_CHECK(reads.spawn(note(read_all_of(handler), &read)));
        co_await calls.close();
        co_await reads.drain();
        Result<rt::Chunk> rest = co_await handler->taken->read();
        EXPECT_EQ(rest.error().code, Errc::unavailable);
        EXPECT_FALSE(handler->answer_now());
        co_return sent;
    }

    rt::Task<std::string> give_later(Host handler, Function function, Bytes arguments) {
        rt::Scope calls(&thread_.shard());
        std::string outcome;
        CO_CHECK(calls.spawn(note(call(handler, function, std::move(arguments)), &outcome)));
        CO_CHECK(co_await handler->asked);
        EXPECT_TRUE(handler->answer_now());
        co_await calls.drain();
        co_return outcome;
    }

    /// A call is given up while its guest waits for bytes of the host's.
    rt::Task<std::string> cancel_while_the_guest_reads(WatchedSource::Seen* seen) {
        rt::Scope calls(&thread_.shard());
        std::string outcome;
        CO_CHECK(calls.spawn(note(
            call(giving(watched(Kind::silent, seen)), receive, number(everything)), &outcome)));
        CO_CHECK(co_await until([seen] { return seen->reads == 1; }));
        EXPECT_EQ(seen->reads, 1);
        EXPECT_EQ(seen->alive, 1);
        co_await calls.close();
        CO_CHECK(co_await settle());
        co_return outcome;
    }

    /// What a reply may still do when its guest is gone.
    rt::Task<std::string> attach_for_nobody(Host handler, WatchedSource::Seen* seen) {
        rt::Scope calls(&thread_.shard());
        std::string outcome;
        CO_CHECK(calls.spawn(note(call(handler, receive, number(1)), &outcome)));
        CO_CHECK(co_await handler->asked);
        EXPECT_TRUE(handler->later->attach(watched(Kind::silent, seen)));
        co_await calls.close();
        const auto refused = handler->later->attach(watched(Kind::silent, seen));
        EXPECT_EQ(seen->alive, 0);
        EXPECT_FALSE(handler->answer_now());
        co_return refused ? "attached" : std::string(refused.error().slug.text());
    }

    /// A call is given up, or runs out of time, while its guest waits for an answer.
    rt::Task<std::string> abandon(Host handler, Duration time, bool cancels) {
        rt::Scope calls(&thread_.shard());
        std::string outcome;
        const auto deadline = thread_.shard().now() + time;
        CO_CHECK(calls.spawn(note(call(handler, receive, number(1), deadline), &outcome)));
        CO_CHECK(co_await handler->asked);
        EXPECT_EQ(handler->deadline, deadline);
        EXPECT_EQ(handler->abandoned, 0);
        if (cancels) co_await calls.close();
        co_await calls.drain();
        CO_CHECK(co_await settle());
        EXPECT_EQ(handler->abandoned, 1);
        EXPECT_FALSE(handler->later->on_abandoned([] {}));
        EXPECT_FALSE(handler->answer_now());
        co_return outcome;
    }

    rt::Task<std::string> forget_a_reply(Host handler, WatchedSource::Seen* seen) {
        rt::Scope calls(&thread_.shard());
        std::string outcome;
        CO_CHECK(calls.spawn(note(call(handler, receive, number(1)), &outcome)));
        CO_CHECK(co_await handler->asked);
        EXPECT_TRUE(handler->later->attach(watched(Kind::silent, seen)));
        handler->later.reset();
        co_await calls.drain();
        co_return outcome;
    }
};

TEST_P(EngineStreams, AGuestsStreamIsReadToItsEnd) {
    for (const auto when : {When::now, When::later})
        EXPECT_EQ(run(send_and_read(host(when), 1'000)).value(), "1000 sent, 1000 read");
}

TEST_P(EngineStreams, AGuestWaitsUntilItsStreamIsRead) {
    EXPECT_EQ(run(send_and_read(host(), 400'000)).value(), "400000 sent, 400000 read");
}

TEST_P(EngineStreams, AGuestHearsThatNobodyReads) {
    EXPECT_EQ(run(read_once_and_close(host())).value(), "heard");
}

TEST_P(EngineStreams, ACancelledReadLosesNothing) {
    EXPECT_EQ(run(cancel_a_read(host(When::later))).value(), "rt.cancelled, then 1000");
}

TEST_P(EngineStreams, AGuestThatFallsCutsItsStream) {
    EXPECT_EQ(run(read_of_a_falling_guest(host())).value(), "engine.trap, 1000 bytes");
}

TEST_P(EngineStreams, AGuestThatIsEndedCutsItsStream) {
    EXPECT_EQ(run(read_of_an_ended_guest(host(When::later))).value(), "rt.cancelled");
}

TEST_P(EngineStreams, AGuestReadsWhatItIsGiven) {
    EXPECT_EQ(call(giving(rt::source_of(Bytes(750, 1), 250)), receive, everything).value(), "750");
    EXPECT_EQ(run(give_later(giving(rt::source_of(Bytes(99, 2)), When::later), receive,
                             number(everything)))
                  .value(),
              "198");
}

TEST_P(EngineStreams, ASourceIsReadAsFarAsTheGuestWantsAndGivenUp) {
    WatchedSource::Seen seen;

    EXPECT_EQ(call(giving(watched(Kind::endless, &seen)), receive, 300).value(), "300");

    on_shard([] {});
    EXPECT_EQ(seen.alive, 0);
    EXPECT_LE(seen.reads, 4);
}

TEST_P(EngineStreams, ASourceThatFailsEndsTheGuestsStream) {
    const Error broken{Errc::unavailable, "rt.writer_gone", "broken"};

    EXPECT_EQ(call(giving(rt::failing_source(Bytes(100, 1), broken)), receive, everything).value(),
              "100");
}

TEST_P(EngineStreams, EndingTheGuestCancelsTheReadOfItsSource) {
    WatchedSource::Seen seen;

    EXPECT_EQ(run(cancel_while_the_guest_reads(&seen)).value(), "rt.cancelled");

    EXPECT_EQ(seen.alive, 0);
}

TEST_P(EngineStreams, AFutureIsASourceOfOneValue) {
    const auto promised = host();
    ASSERT_EQ(run(call(promised, promise, Bytes{})).value(), "");
    EXPECT_EQ(run(read_all_of(promised)).value(), "10") << "a count and nine letters";
    on_shard([&] { promised->taken.reset(); });

    const auto value = [] { return rt::source_of(to_bytes("\4kept")); };
    EXPECT_EQ(run(call(giving(value()), await, Bytes{})).value(), "\4kept");
    EXPECT_EQ(run(give_later(giving(value(), When::later), await, Bytes{})).value(), "\4kept");
}

TEST_P(EngineStreams, AFutureThatIsNotKeptEndsTheGuest) {
    const Error broken{Errc::unavailable, "rt.writer_gone", "broken"};

    EXPECT_EQ(code_of(run(call(giving(rt::failing_source({}, broken)), await, Bytes{}))),
              Errc::guest_trap);
    EXPECT_EQ(code_of(run(call(giving(rt::source_of({})), await, Bytes{}))), Errc::guest_trap);
}

TEST_P(EngineStreams, AHandlerIsToldThatItsGuestIsGone) {
    EXPECT_EQ(run(abandon(host(When::later), std::chrono::hours(1), true)).value(), "rt.cancelled");
    EXPECT_EQ(run(abandon(host(When::later), std::chrono::milliseconds(50), false)).value(),
              "engine.deadline");
}

TEST_P(EngineStreams, AHandlerThatAnsweredIsNotTold) {
    const auto handler = giving(rt::source_of(Bytes(99, 2)), When::later);

    EXPECT_EQ(run(give_later(handler, receive, number(everything))).value(), "198");

    on_shard([] {});
    EXPECT_EQ(handler->abandoned, 0);
}

TEST_P(EngineStreams, AReplyWithoutAGuestGivesItsSourcesUp) {
    WatchedSource::Seen seen;

    EXPECT_EQ(run(attach_for_nobody(host(When::later), &seen)).value(), "engine.stream_unwanted");
    EXPECT_EQ(run(forget_a_reply(host(When::later), &seen)).value(), "engine.internal");

    EXPECT_EQ(seen.alive, 0);
}

TEST_P(EngineStreams, AnAnswerCarriesAsManyAsItMay) {
    WatchedSource::Seen seen;

    EXPECT_EQ(run(call(std::make_shared<GenerousHost>(&seen), receive, number(300))).value(),
              "300");

    EXPECT_EQ(seen.alive, 0);
}

}  // namespace weft::engine
