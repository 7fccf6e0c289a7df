#pragma once

// The part of the port's suite that is about streams and pollables of WASI 0.2 in other interfaces.
// An implementation's test file instantiates EnginePassing as it does EnginePort.

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/codec/leb128.h"
#include "base/rt/byte_stream_fixture.h"
#include "base/rt/one_shot.h"
#include "base/rt/pipe.h"
#include "io/engine/port_fixture.h"

namespace weft::engine {

/// Answers the imports of testdata/passing.wat. What the guest hands over is answered later.
class PassingHost final : public ImportHandler {
  public:
    enum Function : std::uint32_t { source, give, sink, pass, ready };

    void on_import(rt::CallCtx, std::uint32_t function, Payload, ImportReply& reply) override {
        if (function == give || function == pass) {
            taken = reply.take_stream(0);
            later = reply.defer();
        } else if (function == sink) {
            auto output = reply.attach_output();
            ASSERT_TRUE(output) << output.error().message;
            written = std::move(output->written);
            reply.answer(Payload::of(Bytes{static_cast<std::uint8_t>(output->place)}));
        } else {
            const auto place = reply.attach(std::move(given));
            ASSERT_TRUE(place) << place.error().message;
            reply.answer(Payload::of(Bytes{static_cast<std::uint8_t>(*place)}));
        }
        asked.complete(ok());
    }
    void on_drop(std::uint32_t, BytesView) override {}
    void answer_now() {
        EXPECT_TRUE(std::exchange(later, std::nullopt)->answer(Payload::of(Bytes())));
    }

    std::unique_ptr<rt::ByteSource> given;    ///< For the guest.
    std::unique_ptr<rt::ByteSource> taken;    ///< From the guest.
    std::unique_ptr<rt::ByteSource> written;  ///< What the guest writes.
    std::optional<LaterReply> later;
    rt::OneShot<void> asked;
};

class EnginePassing : public EnginePort {
  protected:
    enum Function : std::uint32_t {
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
    static constexpr std::uint32_t piece = 4096;

    void SetUp() override {
        const auto made = GetParam().set_up({});
        engine_ = made.engine;
        auto compiled = engine_->compile(made.test_passing, Engine::Imports::handler);
        ASSERT_TRUE(compiled) << compiled.error().message;
        component_ = *compiled;
    }

    static Bytes number(std::uint32_t value) {
        Bytes bytes;
        codec::append_leb128(bytes, value);
        return bytes;
    }
    static Values with(std::unique_ptr<rt::ByteSource> source, Bytes rest = {}) {
        Bytes bytes{0};
        bytes.insert(bytes.end(), rest.begin(), rest.end());
        std::vector<std::unique_ptr<rt::ByteSource>> sources;
        sources.push_back(std::move(source));
        return {Payload::of(std::move(bytes)), std::move(sources)};
    }

    /// Calls a function in an instance of its own; the number that it gives, or nothing.
    rt::Task<std::string> call(Function function, Values arguments = {}) {
        CO_TRY(auto instance, open(component_, {.imports = host_}));
        CO_TRY(auto result, co_await instance->call({}, function, std::move(arguments), observer_));
        if (!result.streams.empty()) {
            CO_TRY(const Bytes all, co_await rt::read_all(result.streams[0].get(), 1U << 20U));
            co_return std::string(as_text(all));
        }
        if (result.payload.bytes().empty()) co_return "";
        CO_TRY(const auto value, codec::read_leb128_u32(result.payload.bytes()));
        co_return std::to_string(value.value);
    }
    Result<std::string> count_given(std::unique_ptr<rt::ByteSource> source) {
        host_->given = std::move(source);
        return run(call(count));
    }

    rt::Task<void> settle() {
        for (int turn = 0; turn < 100; ++turn)
            CO_CHECK(co_await rt::sleep_until(thread_.shard().now()));
        co_return ok();
    }

    /// Reads what the guest passed on while the guest itself waits for the answer.
    rt::Task<std::string> read_what_is_passed_on(std::size_t size) {
        host_->given = rt::source_of(Bytes(size, 7), 1000);
        rt::Scope calls(&thread_.shard());
        std::string end;
        CO_CHECK(calls.spawn(note(call(forward), &end)));
        CO_CHECK(co_await until_taken());
        CO_TRY(const Bytes all, co_await rt::read_all(host_->taken.get(), size));
        host_->answer_now();
        co_await calls.drain();
        co_return std::to_string(all.size()) + " read, it gave '" + end + "'";
    }

    rt::Task<void> until_taken() {
        while (!host_->later) CO_CHECK(co_await rt::sleep_until(thread_.shard().now()));
        co_return ok();
    }

    rt::Task<std::string> read_what_it_writes(Function function, std::uint32_t pieces) {
        rt::Scope calls(&thread_.shard());
        std::string end;
        CO_CHECK(calls.spawn(note(call(function, Payload::of(number(pieces))), &end)));
        CO_CHECK(co_await host_->asked);
        CO_CHECK(co_await settle());
        EXPECT_EQ(end, "") << "the guest went on though nobody read";
        const Result<Bytes> all = co_await rt::read_all(host_->written.get(), 1U << 20U);
        co_await calls.drain();
        co_return (all ? std::to_string(all->size()) : std::string(all.error().slug.text())) +
            " read, " + end + " taken";
    }

    rt::Task<std::string> leave_after_one_chunk() {
        rt::Scope calls(&thread_.shard());
        std::string end;
        CO_CHECK(calls.spawn(note(call(write, Payload::of(number(100))), &end)));
        CO_CHECK(co_await host_->asked);
        CO_CHECK(co_await host_->written->read());
        host_->written.reset();
        co_await calls.drain();
        co_return end;
    }

    /// The guest's output-stream is filled by another one, while the first waits for the answer.
    rt::Task<std::string> let_another_write(std::uint32_t pieces) {
        rt::Scope calls(&thread_.shard());
        std::string end;
        std::string done;
        CO_CHECK(calls.spawn(note(call(hand_on), &end)));
        CO_CHECK(co_await until_taken());
        auto output = std::exchange(host_->taken, nullptr);
        CO_CHECK(calls.spawn(note(call(fill, with(std::move(output), number(pieces))), &done)));
        CO_TRY(const Bytes all, co_await rt::read_all(host_->written.get(), 1U << 20U));
        host_->answer_now();
        co_await calls.drain();
        co_return std::to_string(all.size()) + " read, " + done + " taken" + end;
    }

    rt::Task<std::string> wait_for(bool is_fed) {
        auto pipe = rt::make_pipe(100);
        host_->given = std::move(pipe.source);
        rt::Scope calls(&thread_.shard());
        std::string end = "waits";
        CO_CHECK(calls.spawn(note(call(wait), &end)));
        CO_CHECK(co_await host_->asked);
        CO_CHECK(co_await settle());
        EXPECT_EQ(end, "waits");
        CO_CHECK(co_await pipe.sink->write({.data = Bytes(is_fed ? 1 : 0, 1), .last = !is_fed}));
        co_await calls.drain();
        co_return end;
    }

    std::shared_ptr<PassingHost> host_ = std::make_shared<PassingHost>();
};

TEST_P(EnginePassing, AGuestReadsTheInputStreamItIsGiven) {
    EXPECT_EQ(count_given(rt::source_of(Bytes(200'000, 1))).value(), "200000");
    EXPECT_EQ(count_given(rt::source_of(Bytes())).value(), "0");
}

TEST_P(EnginePassing, AnInputStreamMayBeAnArgumentAndTheResult) {
    EXPECT_EQ(run(call(count_of, with(rt::source_of(Bytes(5000, 1))))).value(), "5000");
    EXPECT_EQ(run(call(same, with(rt::source_of(to_bytes("through"))))).value(), "through");
}

TEST_P(EnginePassing, WhatAGuestPassesOnIsReadWhileItWaits) {
    EXPECT_EQ(run(read_what_is_passed_on(100'000)).value(), "100000 read, it gave ''");
}

TEST_P(EnginePassing, WhatAGuestWritesIsReadAndItWaitsForTheReader) {
    EXPECT_EQ(run(read_what_it_writes(write, 50)).value(), "204800 read, 50 taken");
}

TEST_P(EnginePassing, AGuestHearsThatNobodyReads) {
    const auto taken = run(leave_after_one_chunk());
    ASSERT_TRUE(taken) << taken.error().message;
    EXPECT_LT(std::stoul(*taken), 100U);
}

TEST_P(EnginePassing, AGuestWritesToTheOutputStreamOfAnother) {
    EXPECT_EQ(run(let_another_write(20)).value(), "81920 read, 20 taken");
}

TEST_P(EnginePassing, AGuestWaitsForAPollable) {
    EXPECT_EQ(run(wait_for(true)).value(), "");
    host_ = std::make_shared<PassingHost>();
    EXPECT_EQ(run(wait_for(false)).value(), "");
}

}  // namespace weft::engine
