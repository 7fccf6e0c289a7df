#include "platform/providers/keyvalue/sqlite_store.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <latch>

#include "base/core/folder_fixture.h"
#include "io/store/broken_disk_fixture.h"
#include "platform/providers/keyvalue/shards_test.h"

namespace weft::providers::keyvalue {
namespace {

using capability::KeyValue;
using store::BrokenDisk;
using store::Durability;

rt::Task<std::shared_ptr<Store>> open(SqliteStore::Options options) {
    CO_TRY(auto store, co_await SqliteStore::open(std::move(options)));
    co_return std::shared_ptr<Store>(std::move(store));
}

rt::Task<std::shared_ptr<Store>> open_in(std::string folder, obs::LimitedLog* failures,
                                         Durability durability) {
    return open({.provider = "kv",
                 .file = {.path = folder + "/kv.sqlite", .durability = durability},
                 .failures = failures});
}

class SqliteStoreTest : public FolderTest {
  protected:
    SqliteStore::Options options(Shards& shards) const {
        return {.provider = "kv",
                .file = {.path = path("kv.sqlite"), .vfs = disk_.name()},
                .failures = shards.failures()};
    }
    static std::shared_ptr<Store> opened(Shards& shards, SqliteStore::Options options) {
        auto store = shards.run(open(std::move(options)));
        EXPECT_TRUE(store) << store.error().message;
        return store ? *store : nullptr;
    }
    static Slug failure(Shards& shards, SqliteStore::Options options) {
        const auto store = shards.run(open(std::move(options)));
        EXPECT_FALSE(store);
        return store ? Slug("test.opened") : store.error().slug;
    }

    BrokenDisk disk_;
};

TEST_F(SqliteStoreTest, KeepsWhatItHasWhenItIsOpenedAgain) {
    Shards shards;
    auto store = opened(shards, options(shards));
    std::uint64_t version = 0;
    {
        LinkedKeyValue kv(link_to(store));
        ASSERT_TRUE(shards.run(kv.set("b", "k", to_bytes("kept"))));
        ASSERT_TRUE(shards.run(kv.set("b", "gone", {})));
        version = shards.run(kv.get_versioned("b", "gone")).value().version;
        ASSERT_TRUE(shards.run(kv.remove("b", "gone")));
    }
    ASSERT_TRUE(shards.run(store->stop()));

    store = opened(shards, options(shards));
    LinkedKeyValue kv(link_to(store, {.keys_max = 2}));

    EXPECT_EQ(shards.run(kv.get("b", "k")).value(), to_bytes("kept"));
    ASSERT_TRUE(shards.run(kv.set("b", "gone", {})));
    EXPECT_GT(shards.run(kv.get_versioned("b", "gone")).value().version, version);
    EXPECT_EQ(shards.run(kv.set("b", "third", {})).error().slug, Slug("keyvalue.full"))
        << "what was there counts";
    ASSERT_TRUE(shards.run(store->stop()));
    EXPECT_EQ(shards.run(kv.get("b", "k")).error().slug, Slug("keyvalue.store_failed"));
}

TEST_F(SqliteStoreTest, SaysWhyItCannotBeOpened) {
    Shards shards;
    auto store = opened(shards, options(shards));
    EXPECT_EQ(failure(shards, options(shards)), Slug("store.file_in_use"));
    ASSERT_TRUE(shards.run(store->stop()));

    write("kv.sqlite", std::string(5'000, 'x'));
    EXPECT_EQ(failure(shards, options(shards)), Slug("store.file_corrupt"));
}

TEST_F(SqliteStoreTest, AFullDiskIsAnErrorAndTheStoreGoesOnWhenThereIsSpace) {
    Shards shards;
    auto store = opened(shards, options(shards));
    LinkedKeyValue kv(link_to(store));
    ASSERT_TRUE(shards.run(kv.set("b", "k", to_bytes("before"))));
    shards.log().declare_error("keyvalue.operation_failed");

    disk_.set_space(100'000);
    std::vector<KeyValue::Entry> entries{{"k", to_bytes("lost")}, {"large", Bytes(200'000)}};
    const auto full = shards.run(kv.set_many("b", entries));
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().slug, Slug("keyvalue.store_failed"));
    EXPECT_EQ(full.error().code, Errc::unavailable);
    EXPECT_FALSE(full.error().message.contains(home)) << "a component sees no paths";
    const auto events = shards.log().events("keyvalue.operation_failed");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].fields.at("error"), "store.disk_full");
    EXPECT_EQ(events[0].fields.at("provider"), "kv");
    EXPECT_EQ(shards.run(kv.get("b", "k")).value(), to_bytes("before"));
    EXPECT_FALSE(shards.run(kv.exists("b", "large")).value());

    disk_.set_space(BrokenDisk::unlimited);
    EXPECT_TRUE(shards.run(kv.set_many("b", entries)));
    EXPECT_EQ(shards.run(kv.get("b", "k")).value(), to_bytes("lost"));
    ASSERT_TRUE(shards.run(store->stop()));
}

TEST_F(SqliteStoreTest, RefusesOperationsThatWouldWaitBehindTooMany) {
    Shards shards;
    auto few = options(shards);
    few.limits.jobs_max = 3;
    auto store = opened(shards, few);
    LinkedKeyValue kv(link_to(store));
    shards.log().declare_error("keyvalue.operation_failed");
    std::latch latch(1);
    std::vector<std::future<Result<void>>> held;
    for (int n = 0; n < 3; ++n)
        held.push_back(shards.start(0, store->read("b", [&latch](Cells&) {
            latch.wait();
            return ok();
        })));

    const auto refused = shards.run(kv.set("b", "k", {}), 1);
    latch.count_down();

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug, Slug("keyvalue.store_failed"));
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    for (auto& one : held) EXPECT_TRUE(one.get());
    EXPECT_TRUE(shards.run(kv.set("b", "k", {})));
    ASSERT_TRUE(shards.run(store->stop()));
}

/// Sets pairs of keys to one number each, and says which were acknowledged.
rt::Task<void> set_pairs(KeyValue* kv, std::string name, std::atomic<int>* acknowledged,
                         std::atomic<int>* all) {
    for (int n = 1;; ++n) {
        const auto value = to_bytes(fmt::format("{}", n));
        std::vector<KeyValue::Entry> pair;
        pair.push_back({name + "-a", value});
        pair.push_back({name + "-b", value});
        CO_CHECK(co_await kv->set_many("b", std::move(pair)));
        *acknowledged = n;
        ++*all;
        all->notify_all();
    }
}

/// Cuts the power while three tasks write, and returns by how many acknowledged pairs the store
/// is behind when it is opened again. Each pair must be whole.
int lost_by_power_cut(SqliteStore::Options options, BrokenDisk& disk, std::uint64_t seed,
                      Shards& shards) {
    constexpr int tasks = 3;
    auto store = shards.run(open(options)).value();
    LinkedKeyValue kv(link_to(store));
    std::array<std::atomic<int>, tasks> acknowledged{};
    const auto number = [&shards](LinkedKeyValue& in, const std::string& key) {
        const auto value = shards.run(in.get("b", key)).value();
        return value ? std::stoi(std::string(as_text(*value))) : 0;
    };
    std::atomic<int> all = 0;
    std::vector<std::future<Result<void>>> writing;
    for (std::size_t at = 0; at < tasks; ++at)
        writing.push_back(shards.start(
            at, set_pairs(&kv, fmt::format("{}-{}", seed, at), &acknowledged[at], &all)));
    for (int have = all; have < 20 + static_cast<int>(seed) * 3; have = all) all.wait(have);
    disk.cut_power();
    for (auto& one : writing) EXPECT_EQ(one.get().error().slug, Slug("keyvalue.store_failed"));
    EXPECT_TRUE(shards.run(store->stop()));
    store.reset();
    disk.restore_power(seed);

    auto again = shards.run(open(options)).value();
    LinkedKeyValue found(link_to(again));
    int lost = 0;
    for (std::size_t at = 0; at < tasks; ++at) {
        const auto name = fmt::format("{}-{}", seed, at);
        const int have = number(found, name + "-a");
        EXPECT_EQ(number(found, name + "-b"), have) << "a pair is whole";
        lost += std::max(0, acknowledged[at] - have);
    }
    EXPECT_TRUE(shards.run(again->stop()));
    return lost;
}

TEST_F(SqliteStoreTest, WhatWasAcknowledgedSurvivesAPowerCutWithFullDurability) {
    Shards shards;
    shards.log().declare_error("keyvalue.operation_failed");
    auto full = options(shards);
    full.file.durability = Durability::full;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        EXPECT_EQ(lost_by_power_cut(full, disk_, seed, shards), 0) << "seed " << seed;
}

TEST_F(SqliteStoreTest, APowerCutLeavesWholeChangesAlsoWithRelaxedDurability) {
    Shards shards;
    shards.log().declare_error("keyvalue.operation_failed");
    int lost = 0;
    for (std::uint64_t seed = 0; seed < 20; ++seed)
        lost += lost_by_power_cut(options(shards), disk_, seed, shards);
    EXPECT_GT(lost, 0) << "the disk of this test loses what was not synced";
}

rt::Task<void> acknowledge(KeyValue* kv, std::uint32_t first, std::uint32_t step, int out) {
    for (std::uint32_t n = first;; n += step) {
        CO_CHECK(co_await kv->set("b", fmt::format("{}", n), to_bytes(fmt::format("value {}", n))));
        if (::write(out, &n, sizeof n) != sizeof n) std::_Exit(1);
    }
}

/// Never returns: is killed.
[[noreturn]] void write_until_killed(const std::string& folder, std::uint32_t first, int out) {
    Shards shards(2);
    auto store = shards.run(open_in(folder, shards.failures(), Durability::relaxed));
    if (!store) std::_Exit(2);
    LinkedKeyValue kv(link_to(*store));
    constexpr std::uint32_t tasks = 4;
    std::vector<std::future<Result<void>>> writing;
    for (std::uint32_t at = 0; at < tasks; ++at)
        writing.push_back(shards.start(at % 2, acknowledge(&kv, first + at, tasks, out)));
    writing.front().wait();
    std::_Exit(3);
}

TEST_F(SqliteStoreTest, WhatWasAcknowledgedSurvivesKill9) {
    constexpr std::uint32_t rounds = 30;
    std::vector<std::uint32_t> acknowledged;
    for (std::uint32_t round = 0; round < rounds; ++round) {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const Descriptor in(ends[0]);
        Descriptor out(ends[1]);
        // No thread of this process runs here, so the child may go on as it likes.
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) write_until_killed(home, round * 1'000'000, out.get());
        out.close();

        std::uint32_t n = 0;
        std::uint32_t have = 0;
        while (::read(in.get(), &n, sizeof n) == sizeof n) {
            acknowledged.push_back(n);
            if (++have == 10 + 7 * round) ASSERT_EQ(::kill(child, SIGKILL), 0);
        }
        int status = 0;
        ASSERT_EQ(::waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;
    }

    Shards shards;
    auto store = shards.run(open_in(home, shards.failures(), Durability::relaxed)).value();
    LinkedKeyValue kv(link_to(store));
    std::size_t lost = 0;
    for (const auto n : acknowledged) {
        const auto value = shards.run(kv.get("b", fmt::format("{}", n))).value();
        if (value != to_bytes(fmt::format("value {}", n))) ++lost;
    }
    EXPECT_EQ(lost, 0U);
    EXPECT_GT(acknowledged.size(), 3'000U);
    ASSERT_TRUE(shards.run(store->stop()));
}

}  // namespace
}  // namespace weft::providers::keyvalue
