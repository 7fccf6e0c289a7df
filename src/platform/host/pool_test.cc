#include "platform/host/pool.h"

#include <string>

#include <gtest/gtest.h>

#include "base/rt/byte_stream_fixture.h"
#include "base/rt/scope.h"
#include "base/rt/sim_loop_fixture.h"
#include "base/rt/time.h"
#include "io/engine/fake/fake_engine.h"

namespace weft::host {
namespace {

using namespace std::chrono_literals;
using engine::Limit;

class PoolTest : public testing::Test {
  protected:
    void SetUp() override { open({{Limit::reuse, 100}}); }
    void open(engine::Limits limits, engine::HttpKind kind = engine::HttpKind::sequential) {
        if (!limits.is_set(Limit::instances_max)) limits.set(Limit::instances_max, 200);
        engine_.add("guest", engine::fake::test_guest(), kind);
        pool_.reset();
        pool_ = make(std::make_shared<SharedPermits>(Pool::room_for(limits), 1), 0, limits);
    }
    /// The pool of one of the shards that share `room`.
    std::unique_ptr<Pool> make(std::shared_ptr<SharedPermits> room, unsigned shard,
                               engine::Limits limits) {
        return std::make_unique<Pool>(ConcurrencyLimiter::Share{std::move(room), shard, &loop_},
                                      engine_.compile(as_bytes("guest")).value(), limits, &probe_);
    }
    /// "status body" or the slug of the error.
    rt::Task<std::string> fetch(std::string path) {
        return fetch_from(pool_.get(), std::move(path));
    }
    rt::Task<std::string> fetch_from(Pool* pool, std::string path) {
        Result<Pool::InstancePtr> instance = pool->try_acquire();
        if (instance && !*instance) instance = co_await pool->acquire(loop_.now() + 30s);
        if (!instance) co_return std::string(instance.error().slug.text());
        net::HttpRequest request;
        request.path_and_query = std::move(path);
        Result<net::HttpResponse> response =
            co_await (*instance)->handle_http({}, std::move(request), nullptr);
        if (!response) co_return std::string(response.error().slug.text());
        CO_TRY(Bytes body, co_await rt::read_all(response->body.get(), 1'000));
        co_return std::string(as_text(body));
    }
    rt::Task<void> collect(std::string path) {
        CO_TRY(auto outcome, co_await fetch(std::move(path)));
        outcomes_ += outcome + " ";
        co_return ok();
    }
    std::string get(std::string path) {
        auto outcome = loop_.run(fetch(std::move(path))).value();
        loop_.run_for(0s);
        return outcome;
    }

    rt::SimLoop loop_;
    obs::Registry registry_;
    Probe probe_ = Probe::in(registry_);
    engine::fake::FakeEngine engine_;
    std::unique_ptr<Pool> pool_;
    std::string outcomes_;
};

TEST_F(PoolTest, AnInstanceServesAgainUntilItsShareIsUsedUp) {
    open({{Limit::reuse, 2}});

    EXPECT_EQ(get("/count"), "1");
    EXPECT_EQ(get("/count"), "2");
    EXPECT_EQ(pool_->instances(), 0U);
    EXPECT_EQ(get("/count"), "1");
}

TEST_F(PoolTest, AnInstanceThatServesOneCallIsNotKept) {
    open({{Limit::reuse, 1}});

    EXPECT_EQ(get("/count"), "1");
    EXPECT_EQ(get("/count"), "1");
    EXPECT_EQ(pool_->instances(), 0U);
}

TEST_F(PoolTest, CallsAtOneTimeGetInstancesOfTheirOwn) {
    rt::Scope scope(&loop_);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(scope.spawn(collect("/sleep?10")));

    EXPECT_EQ(pool_->instances(), 3U);
    loop_.run_for(1s);

    EXPECT_EQ(outcomes_, "woke woke woke ");
    EXPECT_EQ(pool_->instances(), 3U);
}

TEST_F(PoolTest, CallsShareAnInstanceWhereItCan) {
    open({{Limit::reuse, 100}, {Limit::concurrent, 2}}, engine::HttpKind::concurrent);
    rt::Scope scope(&loop_);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(scope.spawn(collect("/sleep?10")));

    EXPECT_EQ(pool_->instances(), 2U);
    loop_.run_for(1s);

    EXPECT_EQ(outcomes_, "woke woke woke ");
}

TEST_F(PoolTest, AFullPoolRefuses) {
    open({{Limit::reuse, 100}, {Limit::instances_max, 1}});
    rt::Scope scope(&loop_);
    ASSERT_TRUE(scope.spawn(collect("/sleep?3000")));
    ASSERT_TRUE(scope.spawn(collect("/ignore")));
    loop_.run_for(Pool::room_wait);

    EXPECT_EQ(outcomes_, "host.pool_full ");
    loop_.run_for(2s);

    EXPECT_EQ(get("/ignore"), "ignored");
}

TEST_F(PoolTest, ACallGetsTheRoomOfAnInstanceThatEndsSoon) {
    open({{Limit::reuse, 1}, {Limit::instances_max, 1}});
    rt::Scope scope(&loop_);
    ASSERT_TRUE(scope.spawn(collect("/sleep?10")));
    ASSERT_TRUE(scope.spawn(collect("/ignore")));
    loop_.run_for(20ms);

    EXPECT_EQ(outcomes_, "woke ignored ");
}

/// Three shards, one component.
class SharedPoolTest : public PoolTest {
  protected:
    void open_all(engine::Limits limits, engine::HttpKind kind = engine::HttpKind::sequential) {
        pool_.reset();
        engine_.add("guest", engine::fake::test_guest(), kind);
        limits = engine::for_kind(limits, kind);
        const auto room = std::make_shared<SharedPermits>(Pool::room_for(limits), 3);
        for (unsigned shard = 0; shard < 3; ++shard) pools_.push_back(make(room, shard, limits));
    }
    rt::Task<void> collect_from(unsigned shard, std::string path) {
        CO_TRY(auto outcome, co_await fetch_from(pools_[shard].get(), std::move(path)));
        EXPECT_LE(instances(), most_);
        outcomes_ += std::to_string(shard) + outcome + " ";
        co_return ok();
    }
    /// One call after the other on the first shard.
    rt::Task<void> steady(Duration begin) {
        CO_CHECK(co_await rt::sleep_until(TimePoint(begin)));
        for (int i = 0; i < 20; ++i) CO_CHECK(co_await collect_from(0, "/sleep?1000"));
        co_return ok();
    }
    std::string get_from(unsigned shard, std::string path) {
        outcomes_.clear();
        EXPECT_TRUE(loop_.run(collect_from(shard, std::move(path))));
        loop_.run_for(0s);
        return outcomes_;
    }
    std::size_t instances() const {
        std::size_t all = 0;
        for (const auto& pool : pools_) all += pool->instances();
        return all;
    }

    std::vector<std::unique_ptr<Pool>> pools_;
    std::size_t most_ = 1;
};

TEST_F(SharedPoolTest, OneInstanceServesWhereverTheCallCame) {
    open_all({{Limit::reuse, 100}, {Limit::instances_max, 1}});

    EXPECT_EQ(get_from(0, "/count"), "01 ");
    EXPECT_EQ(get_from(0, "/count"), "02 ");
    EXPECT_EQ(get_from(2, "/count"), "21 ") << "the idle one made room";
    EXPECT_EQ(get_from(1, "/count"), "11 ");
    EXPECT_EQ(get_from(1, "/count"), "12 ");
    EXPECT_EQ(instances(), 1U);
}

TEST_F(SharedPoolTest, ACallWaitsForAnInstanceThatIsBusyElsewhere) {
    open_all({{Limit::reuse, 100}, {Limit::instances_max, 1}});
    rt::Scope scope(&loop_);
    for (const unsigned shard : {0, 1, 2})
        ASSERT_TRUE(scope.spawn(collect_from(shard, "/sleep?5000")));

    loop_.run_for(15s);

    EXPECT_EQ(outcomes_, "0woke 1woke 2woke ");
}

TEST_F(SharedPoolTest, AnInstanceOfManyCallsThatNeverRestsMakesRoom) {
    open_all({{Limit::reuse, 1'000}, {Limit::concurrent, 2}, {Limit::instances_max, 1}},
             engine::HttpKind::concurrent);
    rt::Scope scope(&loop_);
    // The calls of the first shard overlap for ever.
    for (const auto begin : {0ms, 500ms}) ASSERT_TRUE(scope.spawn(steady(begin)));
    loop_.run_for(2s);
    outcomes_.clear();

    ASSERT_TRUE(scope.spawn(collect_from(2, "/ignore")));
    loop_.run_for(2s);

    EXPECT_NE(outcomes_.find("2ignored"), std::string::npos) << outcomes_;
    loop_.run_for(60s);
    EXPECT_NE(outcomes_.rfind("0woke"), std::string::npos);
}

TEST_F(PoolTest, AnInstanceThatTrappedServesNoMore) {
    EXPECT_EQ(get("/count"), "1");

    EXPECT_EQ(get("/trap"), "engine.trap");

    EXPECT_EQ(pool_->instances(), 0U);
    EXPECT_EQ(get("/count"), "1");
}

TEST_F(PoolTest, IdleInstancesEndAndTheMinimumStays) {
    open({{Limit::reuse, 100}, {Limit::instances_min, 1}, {Limit::idle, 5s}});
    rt::Scope scope(&loop_);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(scope.spawn(collect("/sleep?10")));
    loop_.run_for(4s);
    EXPECT_EQ(pool_->instances(), 3U);

    loop_.run_for(2s);

    EXPECT_EQ(pool_->instances(), 1U);
    loop_.run_for(60s);
    EXPECT_EQ(pool_->instances(), 1U);
}

TEST_F(PoolTest, UseKeepsAnInstanceFromBeingIdle) {
    open({{Limit::reuse, 100}, {Limit::idle, 5s}});
    EXPECT_EQ(get("/count"), "1");
    loop_.run_for(4s);
    EXPECT_EQ(get("/count"), "2");
    loop_.run_for(4s);

    EXPECT_EQ(get("/count"), "3");
    loop_.run_for(5s);

    EXPECT_EQ(get("/count"), "1");
}

TEST_F(PoolTest, TheMinimumIsReadyAheadAndMadeUpAgainAfterAWhile) {
    open({{Limit::reuse, 100}, {Limit::instances_min, 2}});
    EXPECT_EQ(pool_->instances(), 2U);
    EXPECT_EQ(engine_.stats().instances, 2U);

    EXPECT_EQ(get("/trap"), "engine.trap");
    EXPECT_EQ(pool_->instances(), 1U);
    loop_.run_for(Pool::refill_wait);

    EXPECT_EQ(pool_->instances(), 2U);
}

TEST_F(PoolTest, AllInstancesEndWhenTheHostDoes) {
    open({{Limit::reuse, 100}, {Limit::instances_min, 2}});
    EXPECT_EQ(engine_.stats().instances, 2U);

    pool_->end_all();

    EXPECT_EQ(pool_->instances(), 0U);
    EXPECT_EQ(engine_.stats().instances, 0U);
}

TEST_F(PoolTest, InstancesOfAPoolThatIsGoneEndWithTheirCalls) {
    EXPECT_EQ(get("/ignore"), "ignored");
    rt::Scope scope(&loop_);
    ASSERT_TRUE(scope.spawn(collect("/sleep?10")));
    EXPECT_EQ(engine_.stats().instances, 1U);

    pool_.reset();
    loop_.run_until_idle();

    EXPECT_EQ(outcomes_, "woke ");
    EXPECT_EQ(engine_.stats().instances, 0U);
}

}  // namespace
}  // namespace weft::host
