#pragma once

// The suite that every implementation of the engine port passes. An implementation's test file
// includes it and instantiates it with its own EngineUnderTest:
//   INSTANTIATE_TEST_SUITE_P(Fake, EnginePort, testing::Values(EngineUnderTest{"fake",
//   make_fake}));

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/rt/pipe.h"
#include "base/rt/scope.h"
#include "base/rt/shard.h"
#include "base/rt/time.h"
#include "io/engine/engine.h"

namespace weft::engine {

/// An engine and the octets of its test guest, whose behaviour follows the request's path
/// (testdata/testguest).
struct EngineSetUp {
    std::shared_ptr<Engine> engine;
    Bytes test_guest;
};
struct EngineUnderTest {
    std::string name;
    std::function<EngineSetUp(const EngineConfig&)> set_up;
};

/// Remembers what an instance said.
class ListeningObserver final : public GuestObserver {
  public:
    void on_output(GuestStream stream, BytesView octets) override {
        (stream == GuestStream::out ? out : err).append(as_text(octets));
    }
    void on_trap(std::string_view message, std::string_view) override { trap = message; }
    std::string out;
    std::string err;
    std::string trap;
};

class EnginePort : public testing::TestWithParam<EngineUnderTest> {
  protected:
    using Body = std::unique_ptr<rt::ByteSource>;

    void SetUp() override { start({}); }
    void start(const EngineConfig& config) {
        auto made = GetParam().set_up(config);
        engine_ = made.engine;
        auto compiled = engine_->compile(made.test_guest);
        ASSERT_TRUE(compiled) << compiled.error().message;
        component_ = *compiled;
    }

    static net::HttpRequest get(std::string path) {
        net::HttpRequest request;
        request.method = "GET";
        request.scheme = "http";
        request.authority = "test";
        request.path_and_query = std::move(path);
        return request;
    }

    /// Runs a task on the shard and waits for it.
    Result<std::string> run(rt::Task<std::string> task) {
        std::promise<Result<std::string>> done;
        on_shard([&] { EXPECT_TRUE(scope_->spawn(keep(std::move(task), &done))); });
        return done.get_future().get();
    }
    template <typename Work>
    void on_shard(Work work) {
        std::promise<void> done;
        thread_.shard().post([&] {
            if (!scope_) scope_ = std::make_unique<rt::Scope>(&thread_.shard());
            work();
            done.set_value();
        });
        done.get_future().wait();
    }
    void TearDown() override {
        std::promise<Result<std::string>> closed;
        on_shard([&] {
            rt::Scope* scope = scope_.get();
            closer_ = std::make_unique<rt::Scope>(&thread_.shard());
            EXPECT_TRUE(closer_->spawn(close(scope, &closed)));
        });
        closed.get_future().wait();
        on_shard([&] {
            closer_.reset();
            scope_.reset();
        });
        EXPECT_EQ(engine_->stats().instances, 0U) << "an instance outlived its call";
    }

    /// The whole response as "status body".
    rt::Task<std::string> fetch(net::HttpRequest request, CallLimits limits, rt::CallCtx ctx) {
        CO_TRY(auto response,
               co_await component_->handle_http(ctx, std::move(request), limits, observer_));
        std::string text = std::to_string(response.status) + " ";
        if (response.body) {
            CO_TRY(Bytes body, co_await rt::read_all(response.body.get(), 64U << 20U));
            text.append(as_text(body));
        }
        co_return text;
    }
    Result<std::string> fetch(std::string path, CallLimits limits = {}) {
        return run(fetch(get(std::move(path)), limits, rt::CallCtx{}));
    }

    rt::Task<std::string> fetch_before(std::string path, Duration time) {
        rt::CallCtx ctx;
        ctx.deadline = thread_.shard().now() + time;
        return fetch(get(std::move(path)), CallLimits{}, ctx);
    }

    /// Feeds pieces while the guest sends them back.
    rt::Task<std::string> echo(std::size_t pieces, std::size_t piece_bytes) {
        auto request = get("/echo");
        request.method = "POST";
        request.body = rt::source_of(Bytes(pieces * piece_bytes, 'x'), piece_bytes);
        CO_TRY(std::string text, co_await fetch(std::move(request), CallLimits{}, rt::CallCtx{}));
        co_return std::to_string(text.size());
    }

    /// Reads the first chunk of a long response, looks how much was made, and drops the rest.
    rt::Task<std::string> drop_early(std::string path) {
        CO_TRY(auto response,
               co_await component_->handle_http({}, get(std::move(path)), CallLimits{}, observer_));
        CO_TRY(const auto chunk, co_await response.body->read());
        const auto alive = engine_->stats().instances;
        response.body.reset();
        co_return std::to_string(alive) + (chunk.data.empty() ? " nothing" : " something");
    }

    /// Starts a call and cancels it once its instance is alive.
    rt::Task<std::string> cancel_waiting(std::string path) {
        rt::Scope inner(&thread_.shard());
        std::string outcome;
        CO_CHECK(
            inner.spawn(note(fetch(get(std::move(path)), CallLimits{}, rt::CallCtx{}), &outcome)));
        while (engine_->stats().instances == 0) {
            CO_CHECK(
                co_await rt::sleep_until(thread_.shard().now() + std::chrono::milliseconds(1)));
        }
        const auto alive = engine_->stats().instances;
        co_await inner.close();
        co_return std::to_string(alive) + " " + outcome;
    }

    /// Two calls at one time, of which the first waits.
    rt::Task<std::string> two_at_once() {
        rt::Scope inner(&thread_.shard());
        std::string first;
        CO_CHECK(
            inner.spawn(note(fetch(get("/sleep?60000"), CallLimits{}, rt::CallCtx{}), &first)));
        Result<std::string> second = co_await fetch(get("/ignore"), CallLimits{}, rt::CallCtx{});
        co_await inner.close();
        co_return second ? *second : std::string(second.error().slug.text());
    }

    static rt::Task<void> note(rt::Task<std::string> task, std::string* outcome) {
        Result<std::string> result = co_await std::move(task);
        *outcome = result ? *result : std::string(result.error().slug.text());
        co_return ok();
    }

    rt::ShardThread thread_{0};
    std::shared_ptr<Engine> engine_;
    std::shared_ptr<const Component> component_;
    std::shared_ptr<ListeningObserver> observer_ = std::make_shared<ListeningObserver>();
    std::unique_ptr<rt::Scope> scope_;
    std::unique_ptr<rt::Scope> closer_;

  private:
    static rt::Task<void> keep(rt::Task<std::string> task,
                               std::promise<Result<std::string>>* done) {
        Result<std::string> result = co_await std::move(task);
        done->set_value(std::move(result));
        co_return ok();
    }
    static rt::Task<void> close(rt::Scope* scope, std::promise<Result<std::string>>* done) {
        co_await scope->close();
        done->set_value(std::string());
        co_return ok();
    }
};

inline Errc code_of(const Result<std::string>& result) {
    EXPECT_FALSE(result) << *result;
    return result ? Errc::internal : result.error().code;
}
inline std::string slug_of(const Result<std::string>& result) {
    return result ? "no error" : std::string(result.error().slug.text());
}

TEST_P(EnginePort, AnswersWithStatusAndContent) {
    ASSERT_TRUE(component_->handles_http());

    EXPECT_EQ(fetch("/ignore").value(), "200 ignored");
    EXPECT_EQ(fetch("/sleep?1").value(), "200 woke");
}

TEST_P(EnginePort, StreamsARequestBodyThrough) {
    EXPECT_EQ(run(echo(1, 10)).value(), std::to_string(4 + 10));
    EXPECT_EQ(run(echo(100, 40'000)).value(), std::to_string(4 + 100 * 40'000));
}

TEST_P(EnginePort, StreamsALargeResponse) {
    EXPECT_EQ(fetch("/big?16777216")->size(), 4U + 16'777'216U);
}

TEST_P(EnginePort, DroppingTheBodyEndsTheInstance) {
    EXPECT_EQ(run(drop_early("/big?16777216")).value(), "1 something");

    EXPECT_EQ(engine_->stats().instances, 0U);
}

TEST_P(EnginePort, CancellingACallEndsTheInstance) {
    EXPECT_EQ(run(cancel_waiting("/sleep?60000")).value(), "1 rt.cancelled");

    EXPECT_EQ(engine_->stats().instances, 0U);
}

TEST_P(EnginePort, ATrapIsAnErrorWithAStory) {
    const auto trapped = fetch("/trap");

    EXPECT_EQ(code_of(trapped), Errc::guest_trap);
    EXPECT_NE(observer_->trap, "");
    EXPECT_EQ(fetch("/ignore").value(), "200 ignored");
}

TEST_P(EnginePort, ATrapAfterTheHeadIsTheErrorOfTheBody) {
    EXPECT_EQ(code_of(fetch("/trap-late")), Errc::guest_trap);
}

TEST_P(EnginePort, NoResponseIsAnError) {
    const auto none = fetch("/none");

    EXPECT_EQ(code_of(none), Errc::failed_precondition);
    EXPECT_EQ(slug_of(none), "engine.no_response");
}

TEST_P(EnginePort, ASpinningGuestIsEndedByItsCpuBudget) {
    CallLimits limits;
    limits.cpu_ticks_max = 3;

    EXPECT_EQ(code_of(fetch("/spin", limits)), Errc::exhausted);
}

TEST_P(EnginePort, ASpinningGuestIsEndedByTheDeadline) {
    EXPECT_EQ(code_of(run(fetch_before("/spin", std::chrono::milliseconds(50)))), Errc::deadline);
}

TEST_P(EnginePort, AWaitingGuestIsEndedByTheDeadline) {
    EXPECT_EQ(code_of(run(fetch_before("/sleep?60000", std::chrono::milliseconds(20)))),
              Errc::deadline);
}

TEST_P(EnginePort, ACallWithoutTimeLeftDoesNotStart) {
    EXPECT_EQ(code_of(run(fetch_before("/ignore", std::chrono::nanoseconds(0)))), Errc::deadline);
}

TEST_P(EnginePort, AFullPoolIsAnErrorAndNotAWait) {
    start({.instances_max = 1});

    EXPECT_EQ(run(two_at_once()).value(), "engine.pool_full");
}

TEST_P(EnginePort, TellsWhatTheGuestPrints) {
    ASSERT_TRUE(fetch("/print"));

    EXPECT_EQ(observer_->out, "to stdout\nno newline");
    EXPECT_EQ(observer_->err, "to stderr\n");
}

TEST_P(EnginePort, RefusesWhatIsNotAComponent) {
    const auto garbage = engine_->compile(as_bytes("not wasm at all"));

    ASSERT_FALSE(garbage);
    EXPECT_EQ(garbage.error().code, Errc::corrupt);
}

}  // namespace weft::engine
