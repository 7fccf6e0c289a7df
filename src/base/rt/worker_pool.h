#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

#include "base/rt/one_shot.h"
#include "base/rt/task.h"

namespace weft::rt {

/// Where work runs that blocks or takes longer than a millisecond: compiling, walking files,
/// commits. An interface, because each kind of work has a pool of its own and a simulation has no
/// threads.
class WorkerPool {
  public:
    virtual ~WorkerPool() = default;
    /// Runs `job` once, later. Any thread. Errors: exhausted.
    virtual Result<void> submit(Job job) = 0;
};

/// Threads with one bounded queue. Destroying it waits for running work and drops what is queued.
class ThreadPool final : public WorkerPool {
  public:
    struct Limits {
        unsigned threads = 1;
        std::size_t queue_max = 256;  ///< Jobs waiting for a thread; more are refused.
    };

    explicit ThreadPool(Limits limits);
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;
    ~ThreadPool() override;

    /// Errors: exhausted (the queue is full).
    Result<void> submit(Job job) override;
    std::size_t queued() const;

  private:
    void serve();

    Limits limits_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> queue_;  // Guarded by mutex_. Invariant: size() <= limits_.queue_max.
    bool closing_ = false;   // Guarded by mutex_.
    std::vector<std::thread> threads_;
};

/// Runs work as jobs of one executor: for a SimLoop, where it takes no time.
class ExecutorPool final : public WorkerPool {
  public:
    explicit ExecutorPool(Executor* executor) : executor_(executor) {}
    Result<void> submit(Job job) override {
        executor_->post(std::move(job));
        return ok();
    }

  private:
    Executor* executor_;  // Owned by the test; outlives the pool.
};

/// `CO_TRY(auto module, co_await run_on(pool, [bytes] { return compile(bytes); }));`: `work` runs
/// in the pool and returns a Result, which comes back to the executor of the task that asked.
/// Errors: those of `submit`, cancelled (the work itself runs on and its result is dropped), those
/// of the work.
template <typename Work>
auto run_on(WorkerPool* pool, Work work) -> Task<typename std::invoke_result_t<Work>::value_type> {
    using Value = typename std::invoke_result_t<Work>::value_type;
    Executor* home = (co_await current_context())->executor();
    auto done = std::make_shared<OneShot<Value>>();
    CO_CHECK(pool->submit([home, done, work = std::move(work)]() mutable {
        home->post([done = std::move(done), result = work()]() mutable {
            done->complete_now(std::move(result));
        });
    }));
    Result<Value> result = co_await *done;
    co_return result;
}

}  // namespace weft::rt
