#include "base/obs/registry.h"

#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::obs {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(MetricName, IsCheckedByShape) {
    EXPECT_TRUE(is_metric_name("weft_http_duration_seconds"));
    EXPECT_TRUE(is_metric_name("weft_http_requests_total"));
    for (const auto* name : {"http_requests_total", "weft_http_requests", "weft_http__x_y",
                             "weft_Http_requests_total", "weft_http_requests_total_", ""})
        EXPECT_FALSE(is_metric_name(name)) << name;
}

TEST(Registry, ReadsWhatWasCounted) {
    Registry registry;
    const auto requests = registry.counter("weft_http_requests_total", "requests read");
    const auto open = registry.gauge("weft_http_open_connections", "connections open now");
    requests.add();
    requests.add(4);
    open.set(7);
    open.add(-2);

    const auto snapshot = registry.snapshot();

    ASSERT_EQ(snapshot.size(), 2U);
    EXPECT_EQ(snapshot[0].name, "weft_http_open_connections");
    EXPECT_EQ(snapshot[0].value, 5);
    EXPECT_EQ(snapshot[1].value, 5);
    EXPECT_EQ(snapshot[1].help, "requests read");
}

TEST(Registry, KeepsASeriesForEachLabelValue) {
    Registry registry;
    const auto calls = registry.counters("weft_host_calls_total", "calls",
                                         {{"side", {"local", "remote"}}, {"ok", {"no", "yes"}}});
    calls.at(1, 0).add(3);
    calls.at(0, 1).add(2);

    const auto snapshot = registry.snapshot();

    ASSERT_EQ(snapshot.size(), 4U);
    EXPECT_THAT(snapshot[1].labels, ElementsAre(Pair("side", "local"), Pair("ok", "yes")));
    EXPECT_EQ(snapshot[1].value, 2);
    EXPECT_THAT(snapshot[2].labels, ElementsAre(Pair("side", "remote"), Pair("ok", "no")));
    EXPECT_EQ(snapshot[2].value, 3);
}

TEST(Registry, SortsObservationsIntoBuckets) {
    Registry registry;
    const auto times = registry.histogram("weft_http_duration_seconds", "time", {0.1, 1});
    for (const double value : {0.05, 0.1, 0.5, 5.0}) times.observe(value);

    const auto snapshot = registry.snapshot();

    ASSERT_EQ(snapshot.size(), 1U);
    EXPECT_EQ(snapshot[0].value, 4);
    EXPECT_DOUBLE_EQ(snapshot[0].sum, 5.65);
    EXPECT_THAT(snapshot[0].buckets, ElementsAre(Pair(0.1, 2U), Pair(1.0, 3U)));
}

TEST(Registry, SaysItselfInJson) {
    Registry registry;
    registry.counters("weft_host_calls_total", "calls", {{"side", {"local"}}}).at(0).add(3);
    registry.histogram("weft_http_duration_seconds", "time", {0.5}).observe(0.25);

    EXPECT_EQ(to_json(registry.snapshot()),
              R"([{"name":"weft_host_calls_total","type":"counter","labels":{"side":"local"},)"
              R"("value":3},{"name":"weft_http_duration_seconds","type":"histogram","labels":{},)"
              R"("count":1,"sum":0.25,"buckets":[[0.5,1]]}])");
    EXPECT_EQ(to_json({}), "[]");
}

TEST(Registry, GivesTheSameSeriesForTheSameMetric) {
    Registry registry;
    registry.counter("weft_http_requests_total", "requests").add();
    registry.counter("weft_http_requests_total", "requests").add();

    EXPECT_EQ(registry.snapshot().at(0).value, 2);
}

TEST(Registry, LosesNoCountOfSeveralThreads) {
    Registry registry;
    const auto requests = registry.counter("weft_http_requests_total", "requests");
    const auto times = registry.histogram("weft_http_duration_seconds", "time", {1});
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < 10'000; ++n) {
                    requests.add();
                    times.observe(0.5);
                }
            });
    }

    const auto snapshot = registry.snapshot();

    EXPECT_EQ(snapshot[0].value, 40'000);
    EXPECT_DOUBLE_EQ(snapshot[0].sum, 20'000);
    EXPECT_EQ(snapshot[1].value, 40'000);
}

TEST(Probe, WithoutARegistryDoesNothing) {
    struct Probe {
        Counter requests;
        Labelled<Gauge> open;
        Histogram times;
    };
    const Probe probe;

    probe.requests.add();
    probe.open.at(3, 4).set(1);
    probe.times.observe(1);

    static_assert(sizeof(Counter) == sizeof(void*));
}

TEST(RegistryDeathTest, RefusesWhatOnlyABugAsksFor) {
    Registry registry;
    registry.gauge("weft_http_open_connections", "open");
    const auto one = registry.counters("weft_host_calls_total", "calls", {{"side", {"local"}}});
    const std::vector<std::string_view> many(Registry::series_max / 2 + 1, "x");

    EXPECT_DEATH(registry.gauges("weft_http_open_connections", "open", {{"a", {"b"}}}), "shapes");
    EXPECT_DEATH(one.at(1), "closed set");
    EXPECT_DEATH(registry.counters("weft_a_b_c_total", "", {{"a", many}, {"b", {"1", "2"}}}),
                 "series_max");
    EXPECT_DEATH(registry.counters("weft_a_b_c_total", "", {{"a", {}}}), "series_max");
    EXPECT_DEATH(
        registry.counters("weft_a_b_c_total", "", {{"a", {"1"}}, {"b", {"1"}}, {"c", {"1"}}}),
        "labels_max");
    EXPECT_DEATH(registry.histogram("weft_a_b_c", "", std::vector<double>(33)), "buckets_max");
    EXPECT_DEATH(registry.histogram("weft_a_b_c", "", {1, 1}), "ascend");
    Registry small(1);
    small.gauge("weft_http_open_connections", "open");
    EXPECT_DEATH(small.gauge("weft_http_idle_connections", "idle"), "metrics_max");
}

}  // namespace
}  // namespace weft::obs
