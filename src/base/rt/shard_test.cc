// The real loop, with real threads and descriptors. Nothing here sleeps: everything waits for a
// condition.
#include "base/rt/shard.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <latch>
#include <vector>

#include <gtest/gtest.h>

#include "base/rt/concurrent.h"
#include "base/rt/time.h"
#include "base/rt/wait_fd.h"
#include "base/rt/worker_pool.h"

namespace weft::rt {
namespace {

using namespace std::chrono_literals;

class ShardTest : public testing::Test {
  protected:
    ~ShardTest() override {
        run_job([&] { scope_.reset(); });
        std::promise<void> done;
        other_.shard().post([&] {
            other_scope_.reset();
            done.set_value();
        });
        done.get_future().wait();
    }
    template <typename Work>
    void run_job(Work work) {
        std::promise<void> done;
        thread_.shard().post([&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }
    template <typename T>
    static Task<void> keep(Task<T> task, std::promise<Result<T>>* done) {
        Result<T> result = co_await std::move(task);
        done->set_value(std::move(result));
        co_return ok();
    }
    template <typename T>
    Result<T> run(Task<T> task) {
        std::promise<Result<T>> done;
        run_job([&] { EXPECT_TRUE(scope_->spawn(keep(std::move(task), &done))); });
        return done.get_future().get();
    }

    ShardThread thread_{0};
    ShardThread other_{1};
    std::unique_ptr<Scope> scope_ = std::make_unique<Scope>(&thread_.shard());
    std::unique_ptr<Scope> other_scope_ = std::make_unique<Scope>(&other_.shard());
};

TEST_F(ShardTest, PostsFromManyThreadsAllRunInOrderOfEachThread) {
    constexpr int posts = 2'000;
    std::vector<std::vector<int>> seen(4);
    std::promise<void> all;
    std::atomic<int> left = 4 * posts;
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < posts; ++i)
                thread_.shard().post([&, t, i] {
                    seen[t].push_back(i);
                    if (left.fetch_sub(1) == 1) all.set_value();
                });
        });
    for (auto& thread : threads) thread.join();

    ASSERT_EQ(all.get_future().wait_for(30s), std::future_status::ready);
    for (const auto& one : seen) EXPECT_TRUE(std::ranges::is_sorted(one));
}

/// Posts when it is destroyed, as a reply does that nobody gave.
struct PostsAtLast {
    PostsAtLast(Shard* shard, std::promise<void>* ran) : shard(shard), ran(ran) {}
    PostsAtLast(PostsAtLast&& other) noexcept
        : shard(std::exchange(other.shard, nullptr)), ran(other.ran) {}
    PostsAtLast& operator=(PostsAtLast&&) = delete;
    ~PostsAtLast() {
        if (shard != nullptr) shard->post([ran = ran] { ran->set_value(); });
    }
    Shard* shard;
    std::promise<void>* ran;
};

TEST_F(ShardTest, AJobMayPostWhileItRunsAndWhenItGoes) {
    constexpr int posts = 100;  // More than one block of the queue holds.
    std::promise<void> ran;
    std::atomic<int> others = 0;
    run_job([&] {
        auto& shard = thread_.shard();
        shard.post([&, last = PostsAtLast(&shard, &ran)] {
            for (int i = 0; i < posts; ++i) shard.post([&] { ++others; });
        });
    });

    ASSERT_EQ(ran.get_future().wait_for(30s), std::future_status::ready);
    EXPECT_EQ(others, posts) << "what is posted last runs last";
}

/// Posts itself again and again, as a guest does that always has work.
struct Spinner {
    Shard* shard;
    std::atomic<bool>* stop;
    std::promise<void> ended;
    void spin() {
        if (*stop) return ended.set_value();
        shard->post_low([this] { spin(); });
    }
};

TEST_F(ShardTest, ASpinningLowPriorityJobStarvesNobody) {
    std::atomic<bool> stop = false;
    Spinner spinner{&thread_.shard(), &stop, {}};
    run_job([&] { spinner.spin(); });

    for (int i = 0; i < 100; ++i) run_job([] {});  // Each returns only when the shard ran it.
    EXPECT_TRUE(run([](Shard* shard) -> Task<void> {
        CO_CHECK(co_await sleep_until(shard->now() + 1ms));
        co_return ok();
    }(&thread_.shard())));
    stop = true;
    spinner.ended.get_future().wait();
}

TEST_F(ShardTest, BusyJobsDoNotStarveLowPriorityOnes) {
    std::promise<void> low_ran;
    std::atomic<bool> stop = false;
    struct Busy {
        Shard* shard;
        std::atomic<bool>* stop;
        std::promise<void> ended;
        void again() {
            if (*stop) return ended.set_value();
            shard->post([this] { again(); });
        }
    } busy{&thread_.shard(), &stop, {}};
    run_job([&] {
        busy.again();
        thread_.shard().post_low([&] { low_ran.set_value(); });
    });

    EXPECT_EQ(low_ran.get_future().wait_for(30s), std::future_status::ready);
    stop = true;
    busy.ended.get_future().wait();
}

TEST_F(ShardTest, ReadyWorkHasTwiceTheTimeOfTheSliceBeforeIt) {
    struct Slice {
        TimePoint begin;
        TimePoint end;
    };
    struct Work {
        Shard* shard;
        std::vector<Slice> slices = {};
        std::promise<void> done = {};
        void ready() {
            if (slices.size() < 5) return shard->post([this] { ready(); });
            done.set_value();
        }
        void low() {
            const auto begin = shard->now();
            while (shard->now() < begin + 2ms) {
            }
            slices.push_back({begin, shard->now()});
            if (slices.size() < 5) shard->post_low([this] { low(); });
        }
    } work{&thread_.shard()};
    run_job([&] {
        work.ready();
        thread_.shard().post_low([&] { work.low(); });
    });
    ASSERT_EQ(work.done.get_future().wait_for(30s), std::future_status::ready);

    for (std::size_t at = 1; at < work.slices.size(); ++at) {
        const auto& before = work.slices[at - 1];
        EXPECT_GE(work.slices[at].begin - before.end, 2 * (before.end - before.begin));
    }
}

TEST_F(ShardTest, AfterAUsedSliceWhatOtherThreadsPostedComesBeforeOwnJobs) {
    std::vector<std::string> order;
    std::promise<void> done;
    Shard& shard = thread_.shard();
    run_job([&] {
        shard.post([&] {
            order.emplace_back("slice");
            shard.post_low([&] {
                order.emplace_back("low");
                done.set_value();
            });
        });
        shard.post([&] { order.emplace_back("own"); });
        std::thread([&] { shard.post([&] { order.emplace_back("other"); }); }).join();
    });
    ASSERT_EQ(done.get_future().wait_for(30s), std::future_status::ready);

    EXPECT_EQ(order, (std::vector<std::string>{"slice", "other", "own", "low"}));
}

TEST_F(ShardTest, TimersFireInOrder) {
    std::vector<int> log;
    struct Sleeper {
        static Task<void> sleep(Shard* shard, Duration time, int name, std::vector<int>* log) {
            CO_CHECK(co_await sleep_until(shard->now() + time));
            log->push_back(name);
            co_return ok();
        }
    };
    std::promise<Result<void>> done;
    run_job([&] {
        EXPECT_TRUE(scope_->spawn(keep(Sleeper::sleep(&thread_.shard(), 20ms, 2, &log), &done)));
        EXPECT_TRUE(scope_->spawn(Sleeper::sleep(&thread_.shard(), 5ms, 1, &log)));
    });

    EXPECT_TRUE(done.get_future().get());
    EXPECT_EQ(log, (std::vector<int>{1, 2}));
}

TEST_F(ShardTest, WorkInAnotherShardBringsItsResultHome) {
    Shard* const there = &other_.shard();
    struct Remote {
        static Task<int> where(Shard* shard) { co_return shard->is_current() ? 42 : 0; }
        static Task<int> ask(Scope* scope, Shard* shard) {
            CO_TRY(const int got, co_await run_in(scope, shard, [shard] { return where(shard); }));
            co_return got;
        }
    };

    EXPECT_EQ(run(Remote::ask(other_scope_.get(), there)).value(), 42);
    other_scope_->refuse();
    EXPECT_EQ(run(Remote::ask(other_scope_.get(), there)).error().slug, Slug("rt.scope_closed"));
}

/// Ends when all shards are in it: only when they run it at the same time.
class Meeting {
  public:
    explicit Meeting(std::size_t shards) : missing_(static_cast<std::ptrdiff_t>(shards)) {}
    Task<void> attend(const Shard* shard, bool fails) {
        EXPECT_TRUE(shard->is_current());
        missing_.arrive_and_wait();
        ++left_;
        if (fails) co_return fail(Errc::internal, "test.broken", "broken");
        co_return ok();
    }
    int left() const { return left_; }

  private:
    std::latch missing_;
    std::atomic<int> left_ = 0;
};

TEST_F(ShardTest, RunsOnEachShardAtTheSameTimeAndReturnsAfterAll) {
    const std::vector<ShardRef> shards{{&thread_.shard(), scope_.get()},
                                       {&other_.shard(), other_scope_.get()}};
    const auto attend = [&](Meeting* meeting, std::size_t failing) {
        return on_each_shard(shards, [this, meeting, failing](std::size_t index) {
            return meeting->attend(index == 0 ? &thread_.shard() : &other_.shard(),
                                   index == failing);
        });
    };
    Meeting all(2);
    Meeting one_fails(2);

    EXPECT_TRUE(run(attend(&all, 2)));
    EXPECT_EQ(run(attend(&one_fails, 1)).error().slug, Slug("test.broken"));

    EXPECT_EQ(all.left(), 2);
    EXPECT_EQ(one_fails.left(), 2);
}

TEST_F(ShardTest, WaitsForADescriptor) {
    const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    std::promise<Result<void>> done;
    run_job([&] {
        EXPECT_TRUE(scope_->spawn(keep(wait_fd(&thread_.shard(), fd, Ready::read), &done)));
    });
    auto future = done.get_future();
    EXPECT_EQ(future.wait_for(0s), std::future_status::timeout);

    const std::uint64_t one = 1;
    ASSERT_EQ(::write(fd, &one, sizeof one), ssize_t(sizeof one));

    EXPECT_TRUE(future.get());
    EXPECT_TRUE(run(wait_fd(&thread_.shard(), fd, Ready::write)));
    ::close(fd);
}

TEST_F(ShardTest, ACancelledWaitForADescriptorEnds) {
    const int fd = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    std::promise<Result<void>> done;
    run_job([&] {
        EXPECT_TRUE(scope_->spawn(keep(wait_fd(&thread_.shard(), fd, Ready::read), &done)));
    });

    run_job([&] { scope_->cancel(); });

    EXPECT_EQ(done.get_future().get().error().code, Errc::cancelled);
    EXPECT_EQ(run(wait_fd(&thread_.shard(), -1, Ready::read)).error().slug,
              Slug("rt.fd_not_pollable"));
    ::close(fd);
}

TEST_F(ShardTest, WorkersDoWhatBlocksAndTheQueueIsBounded) {
    ThreadPool pool({.threads = 1, .queue_max = 1});
    std::promise<void> gate;
    auto opened = gate.get_future().share();
    struct Ask {
        static Task<int> work(WorkerPool* pool, std::shared_future<void> wait,
                              std::promise<void>* started) {
            CO_TRY(const int got, co_await run_on(pool, [wait, started]() -> Result<int> {
                       if (started != nullptr) started->set_value();
                       wait.wait();
                       return 7;
                   }));
            co_return got;
        }
    };
    std::promise<void> started;
    std::promise<Result<int>> first;
    std::promise<Result<int>> second;
    run_job([&] { EXPECT_TRUE(scope_->spawn(keep(Ask::work(&pool, opened, &started), &first))); });
    started.get_future().wait();
    run_job([&] { EXPECT_TRUE(scope_->spawn(keep(Ask::work(&pool, opened, nullptr), &second))); });

    EXPECT_EQ(pool.queued(), 1U);
    EXPECT_EQ(run(Ask::work(&pool, opened, nullptr)).error().slug, Slug("rt.worker_queue_full"));
    gate.set_value();

    EXPECT_EQ(first.get_future().get().value(), 7);
    EXPECT_EQ(second.get_future().get().value(), 7);
}

}  // namespace
}  // namespace weft::rt
