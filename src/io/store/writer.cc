#include "io/store/writer.h"

#include <pthread.h>

#include <utility>

namespace weft::store {
namespace {

void post(rt::Executor* home, std::shared_ptr<rt::OneShot<void>> done, Result<void> result) {
    home->post([done = std::move(done), result = std::move(result)]() mutable {
        done->complete_now(std::move(result));
    });
}

}  // namespace

rt::Task<std::shared_ptr<Writer>> Writer::open(Options options, Limits limits, Probe probe) {
    std::shared_ptr<Writer> writer(new Writer(limits, probe, options.durability));
    rt::Executor* const home = (co_await rt::current_context())->executor();
    auto done = std::make_shared<rt::OneShot<void>>();
    writer->thread_ = std::thread([self = writer.get(), options = std::move(options), home, done] {
        ::pthread_setname_np(::pthread_self(), "weft-store");
        auto database = Database::open(options);
        if (!database) return post(home, done, Failure(std::move(database).error()));
        post(home, done, ok());
        self->serve(std::move(*database));
    });
    CO_CHECK(co_await *done);
    co_return writer;
}

Writer::~Writer() {
    close();
    if (thread_.joinable()) thread_.join();
}

rt::Task<void> Writer::read(Job job) { return submit(Kind::read, 0, std::move(job)); }

rt::Task<void> Writer::change(std::size_t bytes, Job job) {
    return submit(Kind::change, bytes, std::move(job));
}

rt::Task<void> Writer::submit(Kind kind, std::size_t bytes, Job job) {
    rt::Executor* const home = (co_await rt::current_context())->executor();
    auto done = std::make_shared<rt::OneShot<void>>();
    {
        const std::lock_guard lock(mutex_);
        if (closing_) co_return fail(Errc::failed_precondition, "store.stopped", "it is closed");
        if (jobs_ >= limits_.jobs_max || (jobs_ > 0 && bytes_ + bytes > limits_.bytes_max)) {
            probe_.jobs_refused.add();
            co_return fail(Errc::exhausted, "store.queue_full",
                           "{} operations with {} bytes wait for the disk, the limit is {} or {} "
                           "bytes; try again",
                           jobs_, bytes_, limits_.jobs_max, limits_.bytes_max);
        }
        ++jobs_;
        bytes_ += bytes;
        queue_.push_back({kind, bytes, std::move(job), home, done});
    }
    probe_.jobs.add();
    probe_.jobs_waiting.add(1);
    changed_.notify_one();
    co_return co_await *done;
}

rt::Task<void> Writer::stop() {
    rt::Executor* const home = (co_await rt::current_context())->executor();
    auto done = std::make_shared<rt::OneShot<void>>();
    close();
    {
        const std::lock_guard lock(mutex_);
        if (closed_) co_return ok();
        stopping_.emplace_back(home, done);
    }
    co_return co_await *done;
}

std::size_t Writer::waiting() const {
    const std::lock_guard lock(mutex_);
    return jobs_;
}

void Writer::close() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    changed_.notify_one();
}

void Writer::serve(Database database) {
    {
        auto own = std::move(database);
        for (auto group = take_group(); !group.empty(); group = take_group())
            work_off(own, std::move(group));
    }
    std::vector<std::pair<rt::Executor*, Done>> stopping;
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        stopping = std::exchange(stopping_, {});
    }
    for (auto& [home, done] : stopping) post(home, std::move(done), ok());
}

/// All that waits. Nothing when it is closed and all was answered.
Writer::Group Writer::take_group() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    Group group(std::make_move_iterator(queue_.begin()), std::make_move_iterator(queue_.end()));
    queue_.clear();
    return group;
}

void Writer::work_off(Database& database, Group group) {
    bool has_changes = false;
    for (auto& entry : group) {
        if (entry.kind == Kind::read)
            answer(entry, entry.job(database));
        else
            has_changes = true;
    }
    if (!has_changes) return;
    const auto committed = commit(database, group);
    (committed ? probe_.commits : probe_.commits_failed).add();
    for (auto& entry : group)
        if (entry.kind == Kind::change) answer(entry, committed ? entry.result : committed);
}

Result<void> Writer::commit(Database& database, Group& group) {
    if (const auto wanted = durability_.load(); wanted != used_durability_) {
        CHECK(database.set_durability(wanted));
        used_durability_ = wanted;
    }
    CHECK(database.execute("BEGIN IMMEDIATE"));
    Result<void> result = ok();
    for (auto& entry : group)
        if (entry.kind == Kind::change && result) result = run_in_savepoint(database, entry);
    if (result) result = database.execute("COMMIT");
    if (!result && database.is_in_transaction()) std::ignore = database.execute("ROLLBACK");
    return result;
}

/// Fails when the whole transaction is lost, not when only the job failed.
Result<void> Writer::run_in_savepoint(Database& database, Entry& entry) {
    CHECK(database.execute("SAVEPOINT job"));
    entry.result = entry.job(database);
    if (!database.is_in_transaction())
        return !entry.result ? entry.result
                             : fail(Errc::internal, "store.statement_wrong",
                                    "a job ended the transaction of its group");
    if (!entry.result) CHECK(database.execute("ROLLBACK TO job"));
    return database.execute("RELEASE job");
}

void Writer::answer(Entry& entry, Result<void> result) {
    entry.job = nullptr;
    {
        const std::lock_guard lock(mutex_);
        --jobs_;
        bytes_ -= entry.bytes;
    }
    probe_.jobs_waiting.add(-1);
    post(entry.home, std::move(entry.done), std::move(result));
}

}  // namespace weft::store
