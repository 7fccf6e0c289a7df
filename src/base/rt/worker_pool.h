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

/// Threads for work that blocks or takes longer than a millisecond: compiling, walking files,
/// commits. Results return to the executor of the task that asked. Destroying it waits for running
/// work and drops what is queued.
class WorkerPool {
  public:
    struct Limits {
        unsigned threads = 1;
        std::size_t queue_max = 256;  ///< Jobs waiting for a thread; more are refused.
    };

    explicit WorkerPool(Limits limits);
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;
    ~WorkerPool();

    /// `CO_TRY(auto module, co_await run_on(pool, [bytes] { return compile(bytes); }));`: `work`
    /// runs on a pool thread and returns a Result. Errors: exhausted (queue full), cancelled (the
    /// work itself runs on and its result is dropped), those of the work.
    template <typename Work>
    friend auto run_on(WorkerPool* pool, Work work)
        -> Task<typename std::invoke_result_t<Work>::value_type>;

    std::size_t queued() const;

  private:
    Result<void> submit(Job job);
    void serve();

    Limits limits_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> queue_;  // Guarded by mutex_. Invariant: size() <= limits_.queue_max.
    bool closing_ = false;   // Guarded by mutex_.
    std::vector<std::thread> threads_;
};

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
