#include "base/rt/worker_pool.h"

#include <pthread.h>

namespace weft::rt {

ThreadPool::ThreadPool(Limits limits) : limits_(limits) {
    for (unsigned i = 0; i < limits_.threads; ++i) {
        threads_.emplace_back([this] { serve(); });
        ::pthread_setname_np(threads_.back().native_handle(), "weft-worker");
    }
}

ThreadPool::~ThreadPool() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        queue_.clear();
    }
    changed_.notify_all();
    for (auto& thread : threads_) thread.join();
}

std::size_t ThreadPool::queued() const {
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

Result<void> ThreadPool::submit(Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= limits_.queue_max)
            return fail(Errc::exhausted, "rt.worker_queue_full",
                        "{} jobs wait for a worker thread, the limit", limits_.queue_max);
        queue_.push_back(std::move(job));
    }
    changed_.notify_one();
    return ok();
}

void ThreadPool::serve() {
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
            if (closing_) return;
            job = std::move(queue_.front());
            queue_.pop_front();
        }
        job();
    }
}

}  // namespace weft::rt
