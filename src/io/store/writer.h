#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/rt/one_shot.h"
#include "base/rt/task.h"
#include "io/store/database.h"
#include "io/store/probe.h"

namespace weft::store {

/// Exists because a commit that waits for the disk takes milliseconds: one thread has the file, and
/// the changes that came while it committed share the next transaction. Each of them has a
/// savepoint, so one that fails undoes nothing of the others; all are answered after the commit.
/// Reads of a group come before its changes and are answered at once. Any thread may ask.
class Writer {
  public:
    /// What is asked for on the writer's thread. It uses only what it owns.
    using Job = std::move_only_function<Result<void>(Database& database)>;

    /// Jobs that are not answered yet.
    struct Limits {
        std::size_t jobs_max = 1024;
        std::size_t bytes_max = 64U << 20U;  ///< One job alone may have more.
    };

    /// Opens the file on a thread of its own. Errors: those of `Database::open`; cancelled (blocks
    /// until the thread has ended).
    static rt::Task<std::shared_ptr<Writer>> open(Options options,
                                                  Limits limits = {1024, 64U << 20U},
                                                  Probe probe = {});
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;
    /// After `stop`, or blocks as long as that waits.
    ~Writer();

    /// Errors: those of the job, exhausted (`store.queue_full`), failed_precondition
    /// (`store.stopped`), cancelled (the job runs all the same).
    rt::Task<void> read(Job job);
    /// The same with changes; they are committed when it returns, or undone. `bytes` is about what
    /// the job holds. Errors: also those of `Database::execute` for the commit.
    rt::Task<void> change(std::size_t bytes, Job job);
    /// Refuses further jobs, and returns when those before it were answered and the file is closed.
    rt::Task<void> stop();

    /// Counts from the next transaction on. Any thread.
    void set_durability(Durability durability) { durability_ = durability; }
    /// Jobs that are not answered yet. Any thread.
    std::size_t waiting() const;

  private:
    enum class Kind : std::uint8_t { read, change };
    using Done = std::shared_ptr<rt::OneShot<void>>;
    struct Entry {
        Kind kind;
        std::size_t bytes;
        Job job;
        rt::Executor* home;
        Done done;
        Result<void> result = ok();
    };
    using Group = std::vector<Entry>;

    Writer(Limits limits, Probe probe, Durability durability)
        : limits_(limits), probe_(probe), durability_(durability), used_durability_(durability) {}
    rt::Task<void> submit(Kind kind, std::size_t bytes, Job job);
    void close();
    void serve(Database database);
    Group take_group();
    void work_off(Database& database, Group group);
    Result<void> commit(Database& database, Group& group);
    static Result<void> run_in_savepoint(Database& database, Entry& entry);
    void answer(Entry& entry, Result<void> result);

    Limits limits_;
    Probe probe_;
    std::atomic<Durability> durability_;
    Durability used_durability_;  // Of the writer's thread.

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Entry> queue_;  // This and what follows: guarded by mutex_.
    std::size_t jobs_ = 0;     // Not answered. Invariant: at most limits_.jobs_max.
    std::size_t bytes_ = 0;
    bool closing_ = false;
    bool closed_ = false;
    std::vector<std::pair<rt::Executor*, Done>> stopping_;

    std::thread thread_;
};

}  // namespace weft::store
