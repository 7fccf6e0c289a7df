// A limit over several shards: exact, fair, and nobody waits for a permit that is free.
#include "platform/host/shared_permits.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/rt/scope.h"
#include "base/rt/shard.h"
#include "base/rt/sim_loop_fixture.h"
#include "base/rt/time.h"
#include "platform/host/concurrency_limiter.h"

namespace weft::host {
namespace {

using namespace std::chrono_literals;
using Permit = ConcurrencyLimiter::Permit;

/// Three shards on one loop.
class SharedPermitsTest : public testing::Test {
  protected:
    explicit SharedPermitsTest(std::uint32_t waiting_max = 9)
        : permits_(std::make_shared<SharedPermits>(SharedPermits::Limits{1, waiting_max}, 3)) {
        for (unsigned shard = 0; shard < 3; ++shard)
            limiters_.push_back(std::make_shared<ConcurrencyLimiter>(
                ConcurrencyLimiter::Share{permits_, shard, &loop_},
                [this, shard] { wanted_ += std::to_string(shard); }));
    }
    ~SharedPermitsTest() override { loop_.run_until_idle(); }

    rt::Task<void> hold(unsigned shard, Duration time, Duration patience) {
        Result<Permit> permit = co_await limiters_[shard]->enter(loop_.now() + patience);
        if (!permit) {
            order_ += permit.error().code == Errc::exhausted ? '!' : '-';
            co_return ok();
        }
        order_ += std::to_string(shard);
        EXPECT_LE(++inside_, permits_->limits().inside_max);
        CO_CHECK(co_await rt::sleep_until(loop_.now() + time));
        --inside_;
        co_return ok();
    }
    void begin(unsigned shard, Duration time = 1s, Duration patience = 1h) {
        ASSERT_TRUE(scope_.spawn(hold(shard, time, patience)));
    }

    rt::SimLoop loop_;
    std::shared_ptr<SharedPermits> permits_;
    std::vector<std::shared_ptr<ConcurrencyLimiter>> limiters_;
    rt::Scope scope_{&loop_};
    std::string order_;
    std::string wanted_;
    std::uint32_t inside_ = 0;
};

TEST_F(SharedPermitsTest, APermitThatComesBackGoesToOneShardAfterTheOther) {
    for (const unsigned shard : {0, 0, 0, 1, 1, 2}) begin(shard);
    loop_.run_until_idle();

    EXPECT_EQ(order_, "012010");
    EXPECT_EQ(permits_->out(), 0U);
}

TEST_F(SharedPermitsTest, NobodyTakesAPermitBeforeThoseThatWait) {
    for (const unsigned shard : {0, 1}) begin(shard);
    loop_.run_for(500ms);
    Permit permit;

    EXPECT_FALSE(limiters_[2]->try_enter(permit));
    loop_.run_for(10s);

    EXPECT_EQ(order_, "01");
    EXPECT_TRUE(limiters_[2]->try_enter(permit));
}

TEST_F(SharedPermitsTest, TheQueuesTogetherHoldWhatTheyMay) {
    for (int i = 0; i < 12; ++i) begin(i % 3U);

    EXPECT_EQ(order_, "0!!") << "one runs, nine wait";
    loop_.run_until_idle();
    EXPECT_EQ(std::ranges::count(order_, '!'), 2);
    EXPECT_EQ(order_.size(), 12U);
}

TEST_F(SharedPermitsTest, OneThatGaveUpDelaysNobody) {
    begin(0);
    begin(1, 1s, 1s);  // Gives up in the moment in which the permit comes back.
    begin(1, 1s, 500ms);
    begin(2);
    loop_.run_until_idle();

    EXPECT_EQ(std::ranges::count(order_, '2'), 1);
    EXPECT_LE(loop_.now(), TimePoint(3s));
    EXPECT_EQ(permits_->out() + permits_->waiting(), 0U);
}

TEST_F(SharedPermitsTest, MorePermitsLetInThoseThatWait) {
    for (const unsigned shard : {0, 1, 2, 2}) begin(shard);

    limiters_[0]->change({3, 9});
    loop_.run_for(0s);

    EXPECT_EQ(inside_, 3U);
    limiters_[0]->change({1, 9});
    loop_.run_until_idle();
    EXPECT_EQ(order_, "0122");
    EXPECT_EQ(loop_.now(), TimePoint(2s));
}

TEST_F(SharedPermitsTest, TheOtherShardsAreAskedForWhatTheyCanSpare) {
    begin(0);
    begin(1);
    loop_.run_for(0s);

    EXPECT_EQ(wanted_, "02") << "by the one that waits";
}

/// Real shards, as many tasks as can collide: never more inside than may, and all get in.
class Crowd {
  public:
    Crowd(unsigned shards, std::uint32_t inside_max, int tasks)
        : inside_max_(inside_max), done_(static_cast<std::ptrdiff_t>(shards) * tasks) {
        const auto permits =
            std::make_shared<SharedPermits>(SharedPermits::Limits{inside_max, 100'000}, shards);
        for (unsigned at = 0; at < shards; ++at)
            threads_.push_back(std::make_unique<rt::ShardThread>(at));
        for (unsigned at = 0; at < shards; ++at)
            threads_[at]->shard().post([this, at, permits, tasks] {
                auto* const shard = &threads_[at]->shard();
                const auto limiter = std::make_shared<ConcurrencyLimiter>(
                    ConcurrencyLimiter::Share{permits, at, shard});
                auto scope = std::make_unique<rt::Scope>(shard);
                for (int i = 0; i < tasks; ++i) EXPECT_TRUE(scope->spawn(pass(limiter, shard, i)));
                limiters_[at] = limiter;
                scopes_[at] = std::move(scope);
            });
        done_.wait();
        std::latch ended(static_cast<std::ptrdiff_t>(shards));
        for (unsigned at = 0; at < shards; ++at)
            threads_[at]->shard().post([this, at, &ended] {
                limiters_[at].reset();
                scopes_[at].reset();
                ended.count_down();
            });
        ended.wait();
        EXPECT_EQ(permits->out() + permits->waiting(), 0U);
    }
    std::uint32_t most() const { return most_; }

  private:
    rt::Task<void> pass(std::shared_ptr<ConcurrencyLimiter> limiter, rt::Shard* shard, int task) {
        {
            // Some give up soon.
            const auto due = task % 7 == 0 ? shard->now() + 1ms : TimePoint::max();
            Result<Permit> permit = co_await limiter->enter(due);
            if (permit) {
                const auto now = ++inside_;
                EXPECT_LE(now, inside_max_);
                if (now > most_) most_ = now;
                CO_CHECK(co_await rt::sleep_until(shard->now()));  // A turn of the loop.
                --inside_;
            } else {
                EXPECT_EQ(permit.error().code, Errc::deadline);
            }
        }
        done_.count_down();
        co_return ok();
    }

    const std::uint32_t inside_max_;
    std::latch done_;
    std::atomic<std::uint32_t> inside_ = 0;
    std::atomic<std::uint32_t> most_ = 0;
    std::vector<std::unique_ptr<rt::ShardThread>> threads_;
    std::shared_ptr<ConcurrencyLimiter> limiters_[8];
    std::unique_ptr<rt::Scope> scopes_[8];
};

TEST(SharedPermits, AreExactOverRealShards) {
    EXPECT_EQ(Crowd(4, 1, 2'000).most(), 1U);
    EXPECT_LE(Crowd(8, 3, 500).most(), 3U);
}

}  // namespace
}  // namespace weft::host
