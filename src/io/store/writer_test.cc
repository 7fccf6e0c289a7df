#include "io/store/writer.h"

#include <array>
#include <future>
#include <latch>

#include <gtest/gtest.h>

#include "base/core/folder_fixture.h"
#include "base/rt/concurrent.h"
#include "base/rt/shard.h"
#include "io/store/broken_disk_fixture.h"

namespace weft::store {
namespace {

constexpr std::array<std::string_view, 1> schema{"CREATE TABLE t(n INTEGER UNIQUE, b BLOB)"};

Writer::Job insert(std::int64_t number, std::size_t bytes = 0) {
    return [number, bytes](Database& database) -> Result<void> {
        TRY(auto statement, database.prepare("INSERT INTO t VALUES (?1, randomblob(?2))"));
        return statement.bind(1, number).bind(2, static_cast<std::int64_t>(bytes)).run();
    };
}
Writer::Job count(std::shared_ptr<std::int64_t> out) {
    return [out](Database& database) -> Result<void> {
        TRY(auto statement, database.prepare("SELECT count(*) FROM t"));
        CHECK(statement.step());
        *out = statement.number(0);
        return ok();
    };
}

class WriterTest : public FolderTest {
  protected:
    ~WriterTest() override {
        if (writer_) EXPECT_TRUE(get(start(writer_->stop())));
        writer_.reset();
        on_shard([&] { scope_.reset(); });
    }

    Options options() const {
        return {.path = path("x.sqlite"), .migrations = schema, .vfs = disk_.name()};
    }
    void open(Writer::Limits limits = {}) {
        auto opened = get(start(Writer::open(options(), limits, Probe::in(registry_))));
        ASSERT_TRUE(opened) << opened.error().message;
        writer_ = std::move(*opened);
    }
    /// Keeps the writer busy until the latch is down, and waits until it is.
    std::future<Result<void>> hold(std::latch& latch) {
        std::promise<void> begun;
        auto begins = begun.get_future();
        auto held = start(writer_->read([&latch, &begun](Database&) -> Result<void> {
            begun.set_value();
            latch.wait();
            return ok();
        }));
        begins.wait();
        return held;
    }
    template <typename T>
    std::future<Result<T>> start(rt::Task<T> task) {
        auto done = std::make_shared<std::promise<Result<T>>>();
        auto got = done->get_future();
        on_shard([&] { ASSERT_TRUE(scope_->spawn(keep(std::move(task), done))); });
        return got;
    }
    template <typename T>
    static Result<T> get(std::future<Result<T>> got) {
        return got.get();
    }
    std::int64_t rows() {
        auto out = std::make_shared<std::int64_t>(-1);
        EXPECT_TRUE(get(start(writer_->read(count(out)))));
        return *out;
    }
    std::int64_t metric(std::string_view name) const {
        std::int64_t value = -1;
        for (const auto& sample : registry_.snapshot())
            if (sample.name == name) value = sample.value;
        return value;
    }
    template <typename Work>
    void on_shard(Work work) {
        std::promise<void> done;
        thread_.shard().post([&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }

    BrokenDisk disk_;
    obs::Registry registry_;
    rt::ShardThread thread_{0};
    std::unique_ptr<rt::Scope> scope_ = std::make_unique<rt::Scope>(&thread_.shard());
    std::shared_ptr<Writer> writer_;

  private:
    template <typename T>
    static rt::Task<void> keep(rt::Task<T> task, std::shared_ptr<std::promise<Result<T>>> done) {
        Result<T> result = co_await std::move(task);
        done->set_value(std::move(result));
        co_return ok();
    }
};

TEST_F(WriterTest, ChangesThatWaitAreOneCommitAndOneThatFailsUndoesNoOther) {
    open();
    std::latch latch(1);
    auto held = hold(latch);
    std::vector<std::future<Result<void>>> changes;
    for (const std::int64_t number : {1, 2, 2, 3})
        changes.push_back(start(writer_->change(1, insert(number))));
    const auto commits = metric("weft_store_commits_total");

    latch.count_down();

    EXPECT_TRUE(held.get());
    EXPECT_TRUE(changes[0].get());
    EXPECT_TRUE(changes[1].get());
    EXPECT_EQ(changes[2].get().error().slug, Slug("store.statement_wrong"));
    EXPECT_TRUE(changes[3].get());
    EXPECT_EQ(rows(), 3);
    EXPECT_EQ(metric("weft_store_commits_total"), commits + 1);
    EXPECT_EQ(metric("weft_store_jobs_waiting"), 0);
    EXPECT_EQ(metric("weft_store_jobs_total"), 6);
}

TEST_F(WriterTest, AReadSeesWhatWasCommittedAndNothingElse) {
    open();
    std::latch latch(1);
    auto held = hold(latch);
    auto seen = std::make_shared<std::int64_t>(-1);
    auto change = start(writer_->change(1, insert(1)));
    auto read = start(writer_->read(count(seen)));

    latch.count_down();

    EXPECT_TRUE(held.get());
    EXPECT_TRUE(read.get());
    EXPECT_EQ(*seen, 0) << "a read does not wait for the commit of its group";
    EXPECT_TRUE(change.get());
    EXPECT_EQ(rows(), 1);
}

TEST_F(WriterTest, ACommitThatFailsUndoesItsGroupAndTheNextOneGoesOn) {
    open();
    ASSERT_TRUE(get(start(writer_->change(1, insert(1)))));
    disk_.set_space(100'000);
    std::latch latch(1);
    auto held = hold(latch);
    auto small = start(writer_->change(1, insert(2)));
    auto large = start(writer_->change(1, insert(3, 200'000)));
    latch.count_down();

    EXPECT_TRUE(held.get());
    EXPECT_EQ(small.get().error().slug, Slug("store.disk_full"));
    EXPECT_EQ(large.get().error().code, Errc::unavailable);
    EXPECT_EQ(rows(), 1) << "reads go on";
    EXPECT_EQ(metric("weft_store_commits_failed_total"), 1);
    disk_.set_space(BrokenDisk::unlimited);
    EXPECT_TRUE(get(start(writer_->change(1, insert(2)))));
    EXPECT_EQ(rows(), 2);
}

TEST_F(WriterTest, RefusesJobsOverItsLimits) {
    open({.jobs_max = 3, .bytes_max = 100});
    std::latch latch(1);
    auto held = hold(latch);
    auto first = start(writer_->change(60, insert(1)));

    EXPECT_EQ(get(start(writer_->change(41, insert(2)))).error().slug, Slug("store.queue_full"));
    auto second = start(writer_->change(40, insert(2)));
    EXPECT_EQ(writer_->waiting(), 3U);
    const auto refused = get(start(writer_->change(0, insert(3))));
    EXPECT_EQ(refused.error().slug, Slug("store.queue_full"));
    EXPECT_EQ(refused.error().code, Errc::exhausted);
    latch.count_down();

    EXPECT_TRUE(held.get());
    EXPECT_TRUE(first.get());
    EXPECT_TRUE(second.get());
    EXPECT_EQ(metric("weft_store_jobs_refused_total"), 2);
    EXPECT_TRUE(get(start(writer_->change(1'000, insert(3))))) << "alone it may be larger";
}

TEST_F(WriterTest, StoppingFinishesWhatWaitsAndRefusesWhatComes) {
    open();
    std::latch latch(1);
    auto held = hold(latch);
    auto change = start(writer_->change(1, insert(1)));
    auto stopped = start(writer_->stop());

    EXPECT_EQ(get(start(writer_->change(1, insert(2)))).error().slug, Slug("store.stopped"));
    latch.count_down();

    EXPECT_TRUE(held.get());
    EXPECT_TRUE(change.get());
    EXPECT_TRUE(stopped.get());
    EXPECT_TRUE(get(start(writer_->stop()))) << "again";
    open();
    EXPECT_EQ(rows(), 1);
}

TEST_F(WriterTest, ACallerThatGivesUpGetsItsOwnAnswerAndTheJobRuns) {
    open();
    std::latch latch(1);
    auto held = hold(latch);
    auto change = start(writer_->change(1, insert(1)));
    on_shard([&] { scope_->cancel(); });

    EXPECT_EQ(change.get().error().code, Errc::cancelled);
    latch.count_down();

    EXPECT_EQ(held.get().error().code, Errc::cancelled);
    EXPECT_TRUE(get(start(writer_->change(1, insert(2)))));
    EXPECT_EQ(rows(), 2);
}

TEST_F(WriterTest, SaysWhyAFileCannotBeOpened) {
    open();

    const auto second = get(start(Writer::open(options())));

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().slug, Slug("store.file_in_use"));
}

TEST_F(WriterTest, DurabilityCountsFromTheNextCommit) {
    open();
    ASSERT_TRUE(get(start(writer_->change(1, insert(1)))));
    const auto syncs = disk_.syncs();
    ASSERT_TRUE(get(start(writer_->change(1, insert(2)))));
    EXPECT_EQ(disk_.syncs(), syncs);

    writer_->set_durability(Durability::full);
    ASSERT_TRUE(get(start(writer_->change(1, insert(3)))));

    EXPECT_GT(disk_.syncs(), syncs);
}

}  // namespace
}  // namespace weft::store
