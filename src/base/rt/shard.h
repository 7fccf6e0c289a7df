#pragma once

#include <memory>
#include <string>
#include <thread>

#include "base/rt/executor.h"
#include "base/rt/one_shot.h"
#include "base/rt/scope.h"

namespace weft::rt {

/// One thread with one event loop: the Executor of a real process. I/O and posted jobs come first.
/// After a low-priority job they may run twice as long as that did before the next one; while they
/// come at least once a millisecond the thread also waits for them, all in all as long as that job
/// ran. Low-priority jobs have the rest, and all of a thread of which nothing else is asked.
class Shard final : public Executor {
  public:
    /// `index` names the shard in logs; it starts at 0.
    explicit Shard(unsigned index);
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;
    ~Shard() override;

    void post(Job job) override;
    void post_low(Job job) override;
    void arm(Timer& timer, TimePoint due) override;
    TimePoint now() const override;
    bool is_current() const override;
    void* native() const override;

    /// Runs the loop on the calling thread until `stop`.
    void run();
    /// Ends `run` after the turn at hand, in which some ready jobs and one of low priority may
    /// still run. Any thread.
    void stop();

    unsigned index() const { return index_; }

  private:
    struct Loop;  // Keeps Asio out of this header.

    unsigned index_;
    std::unique_ptr<Loop> loop_;
};

/// A shard on a thread of its own; stops and joins it when destroyed.
class ShardThread {
  public:
    explicit ShardThread(unsigned index);
    ~ShardThread();
    Shard& shard() { return shard_; }

  private:
    Shard shard_;
    std::thread thread_;
};

}  // namespace weft::rt
