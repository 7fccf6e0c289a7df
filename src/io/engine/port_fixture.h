#pragma once

// The ground of the suites in port_suite.h and program_suite.h: an engine on a real shard, and
// calls into it.

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/rt/byte_stream_fixture.h"
#include "base/rt/pipe.h"
#include "base/rt/scope.h"
#include "base/rt/shard.h"
#include "base/rt/time.h"
#include "io/engine/engine.h"

namespace weft::engine {

/// An engine and the bytes of its test guest, whose behaviour follows the request's path
/// (testdata/testguest).
struct EngineSetUp {
    std::shared_ptr<Engine> engine;
    Bytes test_guest;           ///< Serves in turn (WASI 0.2).
    Bytes test_guest_03;        ///< Serves together (WASI 0.3).
    Bytes test_program;         ///< Behaves by its arguments (testdata/testprogram).
    Bytes test_streaming = {};  ///< Streams through imports (testdata/streaming.wat).
    Bytes test_passing = {};    ///< Those of WASI 0.2 (testdata/passing.wat).
};
struct EngineUnderTest {
    std::string name;
    std::function<EngineSetUp(const EngineConfig&)> set_up;
};

/// Remembers what an instance said.
class ListeningObserver final : public GuestObserver {
  public:
    void on_output(GuestStream stream, BytesView bytes) override {
        (stream == GuestStream::out ? out : err).append(as_text(bytes));
    }
    void on_trap(std::string_view message, std::string_view) override { trap = message; }
    void on_refused(Refusal, std::string_view target) override { refused.emplace_back(target); }
    std::string out;
    std::string err;
    std::string trap;
    std::vector<std::string> refused;
};

/// Runs one request in an instance of its own. `component` is borrowed until the head is there.
inline rt::Task<net::HttpResponse> call_once(const Component* component, rt::CallCtx ctx,
                                             net::HttpRequest request, Limits limits,
                                             std::shared_ptr<GuestObserver> observer) {
    auto* executor = (co_await rt::current_context())->executor();
    CO_TRY(const auto instance, component->open(executor, {.limits = limits}));
    co_return co_await instance->handle_http(std::move(ctx), std::move(request),
                                             std::move(observer));
}

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
        test_guest_03_ = std::move(made.test_guest_03);
    }
    std::shared_ptr<const Component> component_03() {
        auto compiled = engine_->compile(test_guest_03_);
        EXPECT_TRUE(compiled) << compiled.error().message;
        return compiled ? *compiled : nullptr;
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
    rt::Task<std::string> fetch(net::HttpRequest request, Limits limits, rt::CallCtx ctx) {
        CO_TRY(auto response,
               co_await call_once(component_.get(), ctx, std::move(request), limits, observer_));
        std::string text = std::to_string(response.status) + " ";
        if (response.body) {
            CO_TRY(Bytes body, co_await rt::read_all(response.body.get(), 64U << 20U));
            text.append(as_text(body));
        }
        co_return text;
    }
    Result<std::string> fetch(std::string path, Limits limits = {}) {
        return run(fetch(get(std::move(path)), limits, rt::CallCtx{}));
    }

    rt::Task<std::string> fetch_before(std::string path, Duration time) {
        rt::CallCtx ctx;
        ctx.deadline = thread_.shard().now() + time;
        return fetch(get(std::move(path)), Limits{}, ctx);
    }

    /// Takes nothing of the response until its deadline is over, then all of it.
    rt::Task<std::string> read_late(std::string path, Duration time) {
        rt::CallCtx ctx;
        ctx.deadline = thread_.shard().now() + time;
        CO_TRY(auto response,
               co_await call_once(component_.get(), ctx, get(std::move(path)), {}, observer_));
        CO_CHECK(co_await rt::sleep_until(ctx.deadline + time));
        CO_TRY(Bytes body, co_await rt::read_all(response.body.get(), 64U << 20U));
        co_return std::to_string(body.size());
    }

    /// A KiB at a time, each after `pause`.
    struct SlowSource final : rt::ByteSource {
        SlowSource(rt::Executor* executor, std::size_t pieces, Duration pause)
            : executor(executor), left(pieces), pause(pause) {}
        rt::Task<rt::Chunk> read() override {
            CO_CHECK(co_await rt::sleep_until(executor->now() + pause));
            co_return rt::Chunk{Bytes(1024, 'x'), --left == 0};
        }
        std::optional<Result<rt::Chunk>> try_read() override { return std::nullopt; }

        rt::Executor* executor;
        std::size_t left;
        Duration pause;
    };
    rt::Task<std::string> echo_slowly(std::size_t pieces, Duration pause, Duration time) {
        auto request = get("/echo");
        request.method = "POST";
        request.body = std::make_unique<SlowSource>(&thread_.shard(), pieces, pause);
        rt::CallCtx ctx;
        ctx.deadline = thread_.shard().now() + time;
        CO_TRY(std::string text, co_await fetch(std::move(request), Limits{}, ctx));
        co_return text.substr(0, 4) + std::to_string(text.size() - 4);
    }

    /// Feeds pieces while the guest sends them back.
    rt::Task<std::string> echo(std::size_t pieces, std::size_t piece_bytes) {
        auto request = get("/echo");
        request.method = "POST";
        request.body = rt::source_of(Bytes(pieces * piece_bytes, 'x'), piece_bytes);
        CO_TRY(std::string text, co_await fetch(std::move(request), Limits{}, rt::CallCtx{}));
        co_return std::to_string(text.size());
    }

    /// Reads the first chunk of a long response, looks how much was made, and drops the rest.
    rt::Task<std::string> drop_early(std::string path) {
        CO_TRY(auto response,
               co_await call_once(component_.get(), {}, get(std::move(path)), {}, observer_));
        CO_TRY(const auto chunk, co_await response.body->read());
        const auto alive = engine_->stats().instances;
        response.body.reset();
        co_return std::to_string(alive) + (chunk.data.empty() ? " nothing" : " something");
    }

    /// Starts a call and cancels it once its instance is alive.
    rt::Task<std::string> cancel_waiting(std::string path) {
        rt::Scope inner(&thread_.shard());
        std::string outcome;
        CO_CHECK(inner.spawn(note(fetch(get(std::move(path)), Limits{}, rt::CallCtx{}), &outcome)));
        while (engine_->stats().instances == 0) {
            CO_CHECK(
                co_await rt::sleep_until(thread_.shard().now() + std::chrono::milliseconds(1)));
        }
        const auto alive = engine_->stats().instances;
        co_await inner.close();
        co_return std::to_string(alive) + " " + outcome;
    }

    /// Two calls at the same time, of which the first waits.
    rt::Task<std::string> two_at_once() {
        rt::Scope inner(&thread_.shard());
        std::string first;
        CO_CHECK(inner.spawn(note(fetch(get("/sleep?60000"), Limits{}, rt::CallCtx{}), &first)));
        Result<std::string> second = co_await fetch(get("/ignore"), Limits{}, rt::CallCtx{});
        co_await inner.close();
        co_return second ? *second : std::string(second.error().slug.text());
    }

    static inline const InstanceOptions many{
        .limits = {{Limit::reuse, 100}, {Limit::concurrent, 8}}};

    Result<std::shared_ptr<Instance>> open(const std::shared_ptr<const Component>& component,
                                           InstanceOptions options = many) {
        return component->open(&thread_.shard(), options);
    }

    rt::Task<std::string> fetch_in(std::shared_ptr<Instance> instance, std::string path) {
        CO_TRY(auto response, co_await instance->handle_http({}, get(std::move(path)), observer_));
        std::string text = std::to_string(response.status) + " ";
        if (response.body) {
            CO_TRY(Bytes body, co_await rt::read_all(response.body.get(), 64U << 20U));
            text.append(as_text(body));
        }
        // What the guest does after its response is over soon: its calls come one after the other.
        response.body.reset();
        while (!instance->has_ended() && instance->calls() > 0)
            CO_CHECK(
                co_await rt::sleep_until(thread_.shard().now() + std::chrono::milliseconds(1)));
        co_return text;
    }

    /// The outcomes of calls into one instance, one after the other.
    rt::Task<std::string> in_one_instance(std::shared_ptr<const Component> component,
                                          std::vector<std::string> paths,
                                          InstanceOptions options = many) {
        CO_TRY(auto instance, open(component, options));
        std::string outcomes;
        for (const auto& path : paths) {
            Result<std::string> outcome = co_await fetch_in(instance, path);
            if (!outcomes.empty()) outcomes += ", ";
            outcomes += outcome ? *outcome : std::string(outcome.error().slug.text());
        }
        co_return outcomes;
    }

    /// The outcome of a call while another one of the same instance waits.
    rt::Task<std::string> beside_a_sleeper(std::shared_ptr<const Component> component,
                                           std::string path) {
        CO_TRY(auto instance, open(component));
        rt::Scope inner(&thread_.shard());
        std::string slept;
        CO_CHECK(inner.spawn(note(fetch_in(instance, "/sleep?60000"), &slept)));
        Result<net::HttpResponse> response =
            co_await instance->handle_http({}, get(std::move(path)), observer_);
        std::string text = response ? std::to_string(response->status) + " "
                                    : std::string(response.error().slug.text());
        if (response) {
            CO_TRY(Bytes body, co_await rt::read_all(response->body.get(), 1000));
            text.append(as_text(body));
        }
        co_await inner.close();
        co_return text;
    }

    rt::Task<std::string> give_up_one_of_two() {
        CO_TRY(auto instance, open(component_03()));
        rt::Scope given_up(&thread_.shard());
        std::string ignored;
        CO_CHECK(given_up.spawn(note(fetch_in(instance, "/sleep?60000"), &ignored)));
        rt::Scope kept(&thread_.shard());
        std::string outcome;
        CO_CHECK(kept.spawn(note(fetch_in(instance, "/sleep?20"), &outcome)));
        co_await given_up.close();
        while (outcome.empty())
            CO_CHECK(
                co_await rt::sleep_until(thread_.shard().now() + std::chrono::milliseconds(1)));
        co_await kept.close();
        co_return outcome + (instance->is_free() ? ", free" : ", closed");
    }

    struct Watcher final : InstanceOwner {
        void instance_changed(Instance& instance) override { was_free = instance.is_free(); }
        bool was_free = false;
    };
    rt::Task<std::string> watch_one_call() {
        CO_TRY(auto instance, open(component_));
        Watcher watcher;
        instance->set_owner(&watcher);
        CO_TRY(const std::string text, co_await fetch_in(instance, "/ignore"));
        while (!watcher.was_free)
            CO_CHECK(
                co_await rt::sleep_until(thread_.shard().now() + std::chrono::milliseconds(1)));
        instance->set_owner(nullptr);
        co_return "free";
    }

    static rt::Task<void> note(rt::Task<std::string> task, std::string* outcome) {
        Result<std::string> result = co_await std::move(task);
        *outcome = result ? *result : std::string(result.error().slug.text());
        co_return ok();
    }

    rt::ShardThread thread_{0};
    std::shared_ptr<Engine> engine_;
    std::shared_ptr<const Component> component_;
    Bytes test_guest_03_;
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

}  // namespace weft::engine
