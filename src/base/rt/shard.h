#pragma once

#include <memory>
#include <string>
#include <thread>

#include "base/rt/executor.h"
#include "base/rt/one_shot.h"
#include "base/rt/scope.h"

namespace weft::rt {

/// One thread with one event loop: the Executor of a real process. I/O and posted jobs come first
/// and have two thirds of the thread's time while they keep coming; low-priority jobs have the
/// rest, and all of it while nothing else comes. Neither starves the other.
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

    /// Runs the loop on the calling thread until `stop`.
    void run();
    /// Ends `run` after the job at hand. Any thread.
    void stop();

    unsigned index() const { return index_; }
    /// The loop's `boost::asio::io_context*`, for the sources of rt/ and net/ that may see Asio.
    void* native() const;

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
