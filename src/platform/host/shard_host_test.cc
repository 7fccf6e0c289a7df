#include "platform/host/shard_host.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rt/byte_stream_fixture.h"
#include "base/rt/time.h"
#include "platform/host/host_fixture.h"

namespace weft::host {
namespace {

using namespace std::chrono_literals;
using engine::Limit;
using testing::IsEmpty;

class ShardHostTest : public HostTest {
  protected:
    ShardHostTest() {
        engine_.add("guest", engine::fake::test_guest());
        put({});
    }
    void put(engine::Limits limits) { put_in(host_, "hello", "guest", limits); }
    /// "status body", or the slug of the error.
    rt::Task<std::string> fetch(std::string path, std::string component) {
        net::HttpRequest request;
        request.method = "GET";
        request.path_and_query = std::move(path);
        Result<net::HttpResponse> response =
            co_await host_.handle_http({.trace_id = {0, 0x2a}}, component, std::move(request));
        if (!response) co_return std::string(response.error().slug.text());
        Result<Bytes> body = co_await rt::read_all(response->body.get(), 1'000);
        if (!body) co_return "body " + std::string(body.error().slug.text());
        co_return std::to_string(response->status) + " " + std::string(as_text(*body));
    }
    std::string get(std::string path, std::string component = "hello") {
        return loop_.run(fetch(std::move(path), std::move(component))).value();
    }
    rt::Task<void> collect(std::string path) {
        CO_TRY(auto outcome, co_await fetch(std::move(path), "hello"));
        outcomes_.push_back(std::move(outcome));
        co_return ok();
    }

    std::int64_t reached(std::string_view limit) {
        for (const auto& sample : registry_.snapshot())
            if (sample.name == "weft_host_limits_reached_total" &&
                sample.labels.at(0).second == limit)
                return sample.value;
        return -1;
    }

    std::vector<std::string> outcomes_;
};

TEST_F(ShardHostTest, CallsTheComponent) {
    EXPECT_EQ(get("/ignore"), "200 ignored");
    EXPECT_EQ(host_.calls(), 0U);
    ASSERT_EQ(events_.events().size(), 1U);
    const auto answered = events_.events("component.call_answered").at(0);
    EXPECT_EQ(answered.fields.at("path"), "/ignore");
    EXPECT_EQ(answered.fields.at("status"), "200");
}

TEST_F(ShardHostTest, AFailureNamesRequestDurationAndLimit) {
    put({{Limit::deadline, 2s}});
    EXPECT_EQ(get("/sleep?60000"), "engine.deadline");

    const auto failed = events_.events("component.call_failed");
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed[0].fields.at("method"), "GET");
    EXPECT_EQ(failed[0].fields.at("path"), "/sleep") << "there may be secrets behind it";
    EXPECT_EQ(failed[0].fields.at("ms"), "2000");
    EXPECT_EQ(failed[0].fields.at("limit"), "deadline");
    EXPECT_EQ(failed[0].fields.at("limit_value"), "2s");
}

TEST_F(ShardHostTest, FailuresThatClientsCauseFillNoLog) {
    for (int i = 0; i < 50; ++i) EXPECT_EQ(get("/trap"), "engine.trap");
    EXPECT_EQ(get("/ignore", "other"), "host.component_unknown");

    EXPECT_EQ(events_.events("component.call_trapped").size(), obs::LimitedLog::lines_per_s);
    EXPECT_EQ(events_.events("component.call_failed").size(), obs::LimitedLog::lines_per_s + 1);
    EXPECT_EQ(counted("weft_log_events_dropped_total"), 80);
    loop_.run_for(1s);
    EXPECT_EQ(get("/trap"), "engine.trap");
    EXPECT_EQ(events_.events("component.call_failed").back().fields.at("lines_dropped"), "40");
    EXPECT_EQ(events_.events("component.call_trapped").back().fields.at("lines_dropped"), "40");
}

TEST_F(ShardHostTest, AClientThatLeftIsNoFailure) {
    {
        rt::Scope scope(&loop_);
        ASSERT_TRUE(scope.spawn(collect("/sleep?5000")));
        scope.cancel();
        loop_.run_until_idle();
    }
    EXPECT_THAT(events_.events("component.call_failed"), IsEmpty());
}

TEST_F(ShardHostTest, AnUnknownOrRetiredComponentIsNotFound) {
    EXPECT_EQ(get("/ignore", "other"), "host.component_unknown");
    EXPECT_EQ(events_.events("component.call_failed").at(0).fields.at("component"), "other");
    ASSERT_TRUE(loop_.run(host_.retire("hello")));
    EXPECT_EQ(get("/ignore"), "host.component_unknown");
    EXPECT_TRUE(loop_.run(host_.retire("hello"))) << "again";
}

TEST_F(ShardHostTest, ARetiredComponentIsGoneWhenItsCallsHaveEnded) {
    put({{Limit::concurrency, 1}, {Limit::reuse, 100}});
    const auto retired_before = counted("weft_host_components_retired_total");
    rt::Scope scope(&loop_);
    for (int i = 0; i < 2; ++i) ASSERT_TRUE(scope.spawn(collect("/sleep?1000")));

    ASSERT_TRUE(loop_.run(host_.retire("hello")));

    EXPECT_EQ(outcomes_, (std::vector<std::string>{"200 woke", "200 woke"})) << "one had waited";
    EXPECT_EQ(loop_.now(), TimePoint(2s));
    EXPECT_EQ(host_.calls(), 0U);
    EXPECT_EQ(host_.instances(), 0U);
    EXPECT_EQ(counted("weft_host_components_retired_total"), retired_before + 1);
    EXPECT_THAT(events_.events("component.retired_by_force"), IsEmpty());
}

TEST_F(ShardHostTest, ARetiredComponentIsEndedAfterTheWait) {
    rt::Scope scope(&loop_);
    ASSERT_TRUE(scope.spawn(collect("/sleep?29000")));

    ASSERT_TRUE(loop_.run(host_.retire("hello")));

    EXPECT_EQ(loop_.now(), TimePoint(10s));
    EXPECT_EQ(host_.instances(), 0U) << "ended, as far as a C++ function can be";
    EXPECT_EQ(events_.events("component.retired_by_force").size(), 1U);
    loop_.run_until_idle();
}

TEST_F(ShardHostTest, ACallUnderWayKeepsTheCodeThatItStartedWith) {
    engine_.add("next",
                [](std::shared_ptr<engine::fake::GuestHost>,
                   net::HttpRequest) -> rt::Task<net::HttpResponse> {
                    net::HttpResponse response;
                    response.body = rt::source_of(to_bytes("next"));
                    co_return response;
                });
    rt::Scope scope(&loop_);
    ASSERT_TRUE(scope.spawn(collect("/sleep?1000")));

    put_in(host_, "hello", "next");

    EXPECT_EQ(get("/"), "200 next");
    loop_.run_for(2s);
    EXPECT_EQ(outcomes_, std::vector<std::string>{"200 woke"});
    EXPECT_EQ(counted("weft_host_components_retired_total"), 1);
}

TEST_F(ShardHostTest, LimitsChangeWithoutANewPool) {
    put({{Limit::concurrency, 1}, {Limit::queue, 9}, {Limit::reuse, 100}});
    EXPECT_EQ(get("/count"), "200 1");
    rt::Scope scope(&loop_);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(scope.spawn(collect("/sleep?1000")));
    const engine::Limits more{{Limit::concurrency, 3}, {Limit::queue, 9}, {Limit::reuse, 100}};

    host_.change_limits("hello", more);
    loop_.run_for(1s);

    EXPECT_EQ(outcomes_.size(), 3U) << "those that waited were let in";
    EXPECT_EQ(host_.instances(), 3U);
    EXPECT_NE(get("/count"), "200 1") << "in an instance that was there";
    auto small = more;
    small.set(Limit::memory, 1U << 20U);
    host_.change_limits("hello", small);
    loop_.run_for(0s);
    EXPECT_EQ(get("/count"), "200 1") << "memory is that of new instances";
}

TEST_F(ShardHostTest, ATrapIsExplainedInTheLogUnderTheCallsName) {
    EXPECT_EQ(get("/trap"), "engine.trap");

    const auto trapped = events_.events("component.call_trapped");
    ASSERT_EQ(trapped.size(), 1U);
    EXPECT_EQ(trapped[0].fields.at("call"), "0000000000000000000000000000002a");
    EXPECT_EQ(trapped[0].fields.at("component"), "hello");
    const auto failed = events_.events("component.call_failed");
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(failed[0].fields.at("error"), "engine.trap");
    EXPECT_EQ(host_.calls(), 0U);
}

TEST_F(ShardHostTest, ABodyThatFailsIsInTheLogToo) {
    EXPECT_EQ(get("/trap-late"), "body engine.trap");

    EXPECT_EQ(events_.events("component.call_failed").size(), 1U);
}

TEST_F(ShardHostTest, TheDeadlineOfTheComponentHolds) {
    put({{Limit::deadline, 2s}});

    EXPECT_EQ(get("/sleep?60000"), "engine.deadline");
    EXPECT_EQ(loop_.now(), TimePoint(2s));
}

TEST_F(ShardHostTest, TheCpuBudgetOfTheComponentHolds) {
    put({{Limit::cpu_time, 50ms}});

    EXPECT_EQ(get("/spin"), "engine.cpu_budget");
    EXPECT_EQ(loop_.now(), TimePoint(50ms));
}

TEST_F(ShardHostTest, ConcurrencyAndQueueHoldWhenFilled) {
    put({{Limit::concurrency, 1}, {Limit::queue, 1}});
    rt::Scope scope(&loop_);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(scope.spawn(collect("/sleep?1000")));

    EXPECT_EQ(outcomes_, std::vector<std::string>{"host.queue_full"});
    EXPECT_EQ(host_.calls(), 2U);
    loop_.run_until_idle();

    EXPECT_EQ(outcomes_, (std::vector<std::string>{"host.queue_full", "200 woke", "200 woke"}));
    EXPECT_EQ(loop_.now(), TimePoint(2s));
}

TEST_F(ShardHostTest, AResponseKnowsWhenACallWaitsForItsPlace) {
    put({{Limit::concurrency, 1}, {Limit::queue, 1}});
    net::HttpRequest request;
    request.method = "GET";
    request.path_and_query = "/big?1000000";
    auto response = loop_.run(host_.handle_http({}, "hello", std::move(request)));
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_FALSE(response->body->is_wanted());

    rt::Scope scope(&loop_);
    ASSERT_TRUE(scope.spawn(collect("/ignore")));
    EXPECT_TRUE(response->body->is_wanted());

    response->body.reset();
    loop_.run_until_idle();
    EXPECT_THAT(outcomes_, testing::ElementsAre("200 ignored"));
}

TEST_F(ShardHostTest, CallsOverWhatThePoolHoldsWaitAtTheLimiter) {
    put({{Limit::concurrency, 9},
         {Limit::queue, 1},
         {Limit::reuse, 10},
         {Limit::instances_max, 1}});
    rt::Scope scope(&loop_);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(scope.spawn(collect("/sleep?1000")));

    EXPECT_EQ(outcomes_, std::vector<std::string>{"host.queue_full"});
    EXPECT_EQ(host_.instances(), 1U);
    loop_.run_for(3s);

    EXPECT_EQ(outcomes_, (std::vector<std::string>{"host.queue_full", "200 woke", "200 woke"}));
}

TEST_F(ShardHostTest, EachLimitThatEndsOrRefusesACallIsCounted) {
    for (const auto& row : engine::limit_rows) EXPECT_EQ(reached(row.name), 0) << row.name;

    for (const auto& row : engine::limit_rows) {
        if (!row.slug) continue;
        engine_.add("over",
                    [slug = *row.slug](std::shared_ptr<engine::fake::GuestHost>,
                                       net::HttpRequest) -> rt::Task<net::HttpResponse> {
                        co_return Failure(Error{Errc::exhausted, slug, "over it"});
                    });
        put_in(host_, "over", "over");
        EXPECT_EQ(get("/", "over"), row.slug->text());
    }

    for (const auto& row : engine::limit_rows)
        EXPECT_EQ(reached(row.name), row.slug ? 1 : 0) << row.name;
}

TEST_F(ShardHostTest, AnInstanceIsUsedAgainAsOftenAsAsked) {
    put({{Limit::reuse, 2}});

    EXPECT_EQ(get("/count") + get("/count") + get("/count"), "200 1200 2200 1");
}

/// One component on eight shards of one loop.
class ShardHostsTest : public ShardHostTest {
  protected:
    ~ShardHostsTest() override {
        for (const auto& host : hosts_) EXPECT_TRUE(loop_.run(host->stop()));
    }
    void put_everywhere(engine::Limits limits) {
        const auto code = engine_.compile(as_bytes("guest")).value();
        const auto shared = SharedLimits::of(limits, code->http_kind(), 8);
        for (unsigned shard = 0; shard < 8; ++shard) {
            hosts_.push_back(std::make_unique<ShardHost>(
                &loop_, ShardHost::Options{.shards = 8, .shard = shard}, &logging_));
            ComponentSettings settings;
            settings.id = "hello";
            settings.limits = limits;
            hosts_.back()->put(std::move(settings), code, shared);
        }
    }
    rt::Task<void> call(ShardHost* host) {
        net::HttpRequest request;
        request.path_and_query = "/sleep?1000";
        Result<net::HttpResponse> response =
            co_await host->handle_http({}, "hello", std::move(request));
        outcomes_.push_back(response ? "200" : std::string(response.error().slug.text()));
        co_return ok();
    }
    std::size_t instances() const {
        std::size_t all = 0;
        for (const auto& host : hosts_) all += host->instances();
        return all;
    }
    long outcomes(std::string_view what) const { return std::ranges::count(outcomes_, what); }

    std::vector<std::unique_ptr<ShardHost>> hosts_;
};

TEST_F(ShardHostsTest, ASmallLimitIsExactAndEveryShardServes) {
    put_everywhere({{Limit::concurrency, 1}, {Limit::queue, 7}, {Limit::instances_max, 1}});
    rt::Scope scope(&loop_);
    for (const auto& host : hosts_) ASSERT_TRUE(scope.spawn(call(host.get())));
    ASSERT_TRUE(scope.spawn(call(hosts_[3].get())));

    EXPECT_EQ(outcomes_, std::vector<std::string>{"host.queue_full"});
    for (int second = 1; second <= 8; ++second) {
        loop_.run_for(1s);
        EXPECT_EQ(outcomes("200"), second);
        EXPECT_LE(instances(), 1U);
    }
}

TEST_F(ShardHostsTest, OneShardMayHaveAllThatTheHostMay) {
    put_everywhere({{Limit::concurrency, 10}, {Limit::queue, 0}});
    rt::Scope scope(&loop_);
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(scope.spawn(call(hosts_[3].get())));
    ASSERT_TRUE(scope.spawn(call(hosts_[4].get())));

    EXPECT_EQ(outcomes_, std::vector<std::string>{"host.queue_full"});
    loop_.run_for(1s);
    EXPECT_EQ(outcomes("200"), 10);
}

TEST_F(ShardHostsTest, TheMinimumIsKeptOnce) {
    put_everywhere({{Limit::instances_min, 3}});
    EXPECT_EQ(instances(), 3U);

    for (const auto& host : hosts_) host->change_limits("hello", {{Limit::instances_min, 11}});

    EXPECT_EQ(instances(), 11U);
}

TEST_F(ShardHostTest, WhatAGuestPrintsIsLoggedByLines) {
    EXPECT_EQ(get("/print"), "200 ignored");

    const auto lines = events_.events("component.line_printed");
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].fields.at("text"), "to stdout");
    EXPECT_EQ(lines[0].fields.at("stream"), "stdout");
    EXPECT_EQ(lines[1].fields.at("text"), "to stderr");
    EXPECT_EQ(lines[2].fields.at("text"), "no newline");
}

TEST_F(ShardHostTest, APrintingGuestIsHeldToItsRate) {
    GuestLog guest(&logging_, &loop_, {"hello", 100, {0, 1}});
    for (int i = 0; i < 50; ++i)
        guest.on_output(engine::GuestStream::out, as_bytes("0123456789abcde\n"));
    EXPECT_EQ(events_.events("component.line_printed").size(), 6U);

    loop_.run_for(2s);
    guest.on_output(engine::GuestStream::out, as_bytes("later\n"));

    const auto dropped = events_.events("component.lines_dropped");
    ASSERT_EQ(dropped.size(), 1U);
    EXPECT_EQ(dropped[0].fields.at("lines"), "44");
}

TEST_F(ShardHostTest, EmptyLinesAreNotFree) {
    GuestLog guest(&logging_, &loop_, {"hello", 100, {0, 1}});

    guest.on_output(engine::GuestStream::out, Bytes(100, '\n'));

    EXPECT_EQ(events_.events("component.line_printed").size(), 6U);
}

TEST_F(ShardHostTest, ARequestThatWasRefusedIsLoggedWithItsRemedy) {
    EXPECT_EQ(get("/outgoing"), "200 HttpRequestDenied");

    const auto refused = events_.events("component.outgoing_http_refused");
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_EQ(refused[0].fields.at("component"), "hello");
    EXPECT_EQ(refused[0].fields.at("target"), "localhost:1");
    EXPECT_NE(refused[0].fields.at("remedy").find("wasi:http/outgoing-handler"), std::string::npos);
    EXPECT_EQ(refused[0].fields.at("call").size(), 32U);
    EXPECT_EQ(counted("weft_host_outgoing_http_refused_total"), 1);
}

TEST_F(ShardHostTest, RefusedRequestsAreHeldToTheRateOfLines) {
    GuestLog guest(&logging_, &loop_, {"hello", 100, {0, 1}});
    for (int i = 0; i < 50; ++i)
        guest.on_refused(engine::Refusal::outgoing_http, "example.com:443");
    EXPECT_EQ(events_.events("component.outgoing_http_refused").size(), 1U);

    loop_.run_for(2s);
    guest.on_refused(engine::Refusal::outgoing_http, "example.com:443");

    EXPECT_EQ(events_.events("component.outgoing_http_refused").size(), 2U);
    const auto dropped = events_.events("component.lines_dropped");
    ASSERT_EQ(dropped.size(), 1U);
    EXPECT_EQ(dropped[0].fields.at("lines"), "49");
}

TEST_F(ShardHostTest, ALongLineIsOneEventThatSaysWhatIsMissing) {
    obs::RateLimiter generous({.budget_per_s = 1'000'000, .sources_max = 4});
    const GuestLogShared shared{log_, logging_.probe, &generous, &failures_};
    {
        GuestLog guest(&shared, &loop_, {"hello", 1'000'000, {0, 1}});
        guest.on_output(engine::GuestStream::err, Bytes(GuestLog::line_bytes_max + 10, 'x'));
        guest.on_output(engine::GuestStream::err, to_bytes("yy\nnext"));
    }

    const auto lines = events_.events("component.line_printed");
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(lines[0].fields.at("text"),
              std::string(GuestLog::line_bytes_max, 'x') + " [12 bytes cut]");
    EXPECT_EQ(lines[1].fields.at("text"), "next");
}

}  // namespace
}  // namespace weft::host
