#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "base/core/folder_fixture.h"
#include "platform/providers/keyvalue/shards_test.h"

/// What every store must do, by the contract of `capability::KeyValue`. A backend's test
/// instantiates it: `INSTANTIATE_TEST_SUITE_P(Stores, KeyValueSuite, Values(StoreKind{...}))`, in
/// one source.
namespace weft::providers::keyvalue {

struct StoreKind {
    std::string name;
    std::function<rt::Task<std::shared_ptr<Store>>(std::string folder, obs::LimitedLog* failures)>
        open;
};

using KeyValue = capability::KeyValue;
using Keys = std::vector<std::string>;

class KeyValueSuite : public FolderTest, public testing::WithParamInterface<StoreKind> {
  protected:
    KeyValueSuite() {
        auto opened = shards_.run(GetParam().open(home, shards_.failures()));
        if (!opened) throw std::runtime_error(opened.error().message);
        store_ = std::move(*opened);
        kv_ = link();
    }
    ~KeyValueSuite() override { EXPECT_TRUE(shards_.run(store_->stop())); }

    std::shared_ptr<KeyValue> link(Limits limits = {}) const {
        return std::make_shared<LinkedKeyValue>(link_to(store_, limits));
    }
    template <typename T>
    Result<T> run(rt::Task<T> task) {
        return shards_.run(std::move(task));
    }
    template <typename T>
    void expect_error(rt::Task<T> task, Errc code, std::string_view slug) {
        const auto result = run(std::move(task));
        ASSERT_FALSE(result) << slug;
        EXPECT_EQ(result.error().slug.text(), slug) << result.error().message;
        EXPECT_EQ(result.error().code, code);
    }
    void set(const std::string& key, std::string_view value, const std::string& bucket = "b") {
        EXPECT_TRUE(run(kv_->set(bucket, key, to_bytes(value))));
    }
    /// The text that is there, or "-".
    std::string get(const std::string& key, const std::string& bucket = "b") {
        const auto value = run(kv_->get(bucket, key)).value();
        return value ? std::string(as_text(*value)) : "-";
    }
    Keys all_keys(const std::string& bucket = "b") {
        Keys keys;
        std::optional<std::string> cursor;
        do {
            auto page = run(kv_->list_keys(bucket, cursor)).value();
            EXPECT_LE(page.keys.size(), KeyValue::page_keys_max);
            keys.insert(keys.end(), page.keys.begin(), page.keys.end());
            cursor = page.next;
        } while (cursor);
        EXPECT_TRUE(std::ranges::is_sorted(keys));
        return keys;
    }

    Shards shards_;
    std::shared_ptr<Store> store_;
    std::shared_ptr<KeyValue> kv_;
};

TEST_P(KeyValueSuite, SetsGetsAndRemoves) {
    EXPECT_EQ(get("k"), "-");
    EXPECT_FALSE(run(kv_->exists("b", "k")).value());
    set("k", "one");
    EXPECT_EQ(get("k"), "one");
    EXPECT_TRUE(run(kv_->exists("b", "k")).value());
    set("k", "");
    EXPECT_EQ(get("k"), "");
    EXPECT_TRUE(run(kv_->exists("b", "k")).value());
    EXPECT_TRUE(run(kv_->remove("b", "k")));
    EXPECT_EQ(get("k"), "-");
    EXPECT_TRUE(run(kv_->remove("b", "k"))) << "also when there is none";
}

TEST_P(KeyValueSuite, TakesAnyNameAndAnyBytes) {
    const Bytes bytes{0, 1, 0, 255, 254, 0};
    Keys names{"",     "..",  "../../etc/passwd", "/", "a b", "%00", "'; DROP TABLE entry",
               "grün", "\x01"};
    for (const auto& name : names) ASSERT_TRUE(run(kv_->set(name, name, bytes))) << name;

    for (const auto& name : names) {
        EXPECT_EQ(run(kv_->get(name, name)).value(), bytes) << name;
        EXPECT_EQ(all_keys(name), Keys{name});
    }
    EXPECT_TRUE(all_keys("default").empty());
}

TEST_P(KeyValueSuite, BucketsKnowNothingOfEachOther) {
    set("k", "of default", "default");
    set("k", "of none", "");

    EXPECT_TRUE(run(kv_->open("")));
    EXPECT_TRUE(run(kv_->open("another")));
    EXPECT_EQ(get("k", "default"), "of default");
    EXPECT_EQ(get("k", ""), "of none");
    EXPECT_TRUE(run(kv_->remove("", "k")));
    EXPECT_EQ(get("k", "default"), "of default");
}

TEST_P(KeyValueSuite, ListsWhatStaysExactlyOnceWhileKeysComeAndGo) {
    std::vector<KeyValue::Entry> entries;
    Keys stays;
    for (int n = 1'000; n < 3'500; ++n) {
        entries.push_back({fmt::format("{}", n), {}});
        if (n % 2 == 0) stays.push_back(entries.back().key);
    }
    ASSERT_TRUE(run(kv_->set_many("b", entries)));

    Keys seen;
    std::optional<std::string> cursor;
    int pages = 0;
    do {
        const auto page = run(kv_->list_keys("b", cursor)).value();
        EXPECT_LE(page.keys.size(), KeyValue::page_keys_max);
        seen.insert(seen.end(), page.keys.begin(), page.keys.end());
        cursor = page.next;
        ++pages;
        // On both sides of where the walk is; also the key with which the next page would begin.
        for (int n = 1'001 + 100 * pages; n < 3'500; n += 500) {
            ASSERT_TRUE(run(kv_->remove("b", fmt::format("{}", n + n % 2 + 1))));
            set(fmt::format("{}-new", n), "");
        }
        if (cursor && cursor->size() == 4 && (*cursor)[3] % 2 == 1)
            ASSERT_TRUE(run(kv_->remove("b", *cursor)));
    } while (cursor);

    EXPECT_GE(pages, 3);
    EXPECT_TRUE(std::ranges::is_sorted(seen));
    EXPECT_EQ(std::set(seen.begin(), seen.end()).size(), seen.size()) << "none twice";
    EXPECT_TRUE(std::ranges::includes(seen, stays)) << "none left out";
    EXPECT_TRUE(run(kv_->list_keys("empty", std::nullopt)).value().keys.empty());
}

TEST_P(KeyValueSuite, APageThatIsExactlyFullIsTheLast) {
    std::vector<KeyValue::Entry> entries;
    for (std::size_t n = 0; n < KeyValue::page_keys_max; ++n)
        entries.push_back({fmt::format("{:04}", n), {}});
    ASSERT_TRUE(run(kv_->set_many("b", entries)));
    EXPECT_EQ(run(kv_->list_keys("b", std::nullopt)).value().next, std::nullopt);

    set("9999", "");

    const auto page = run(kv_->list_keys("b", std::nullopt)).value();
    EXPECT_EQ(page.keys.size(), KeyValue::page_keys_max);
    EXPECT_EQ(run(kv_->list_keys("b", page.next)).value().keys, Keys{"9999"});
}

TEST_P(KeyValueSuite, IncrementsWhatIsANumber) {
    constexpr auto largest = std::numeric_limits<std::int64_t>::max();
    constexpr auto smallest = std::numeric_limits<std::int64_t>::min();
    EXPECT_EQ(run(kv_->increment("b", "n", 5)).value(), 5) << "from nothing";
    EXPECT_EQ(run(kv_->increment("b", "n", -7)).value(), -2);
    EXPECT_EQ(get("n"), "-2");
    EXPECT_EQ(run(kv_->increment("b", "zero", 0)).value(), 0);
    EXPECT_EQ(get("zero"), "0");
    set("n", "41");
    EXPECT_EQ(run(kv_->increment("b", "n", 1)).value(), 42);
    EXPECT_EQ(run(kv_->increment("b", "large", largest)).value(), largest);
    EXPECT_EQ(run(kv_->increment("b", "small", smallest)).value(), smallest);

    constexpr auto code = Errc::failed_precondition;
    expect_error(kv_->increment("b", "large", 1), code, "keyvalue.not_a_number");
    expect_error(kv_->increment("b", "small", -1), code, "keyvalue.not_a_number");
    for (const auto* const text :
         {"", "x", "1 ", " 1", "+1", "1.0", "9223372036854775808", "0x1"}) {
        set("n", text);
        expect_error(kv_->increment("b", "n", 1), code, "keyvalue.not_a_number");
        EXPECT_EQ(get("n"), text);
    }
    EXPECT_EQ(get("large"), fmt::format("{}", largest));
}

/// Counts up and says how often that came to be.
inline rt::Task<void> count_up(KeyValue* kv, int times, std::int64_t* done) {
    for (int n = 0; n < times; ++n) {
        CO_CHECK(co_await kv->increment("b", "n", 1));
        ++*done;
    }
    co_return ok();
}

TEST_P(KeyValueSuite, CountsExactlyFromSeveralShards) {
    constexpr int times = 100;
    constexpr int tasks = 4;
    std::vector<std::shared_ptr<KeyValue>> stubs;
    std::vector<std::int64_t> done(shards_.size() * tasks);
    std::vector<std::future<Result<void>>> all;
    for (std::size_t at = 0; at < done.size(); ++at) {
        stubs.push_back(link());
        all.push_back(
            shards_.start(at % shards_.size(), count_up(stubs.back().get(), times, &done[at])));
    }

    for (auto& one : all) EXPECT_TRUE(one.get());

    EXPECT_EQ(get("n"), fmt::format("{}", times * done.size()));
}

TEST_P(KeyValueSuite, ACallThatIsGivenUpIsDoneOrNot) {
    std::int64_t done = 0;
    std::vector<std::future<Result<void>>> all;
    for (int at = 0; at < 8; ++at) all.push_back(shards_.start(1, count_up(kv_.get(), 100, &done)));
    shards_.on(1, [&] { shards_.scope(1)->cancel(); });

    std::size_t cancelled = 0;
    for (auto& one : all) {
        const auto result = one.get();
        if (!result) EXPECT_EQ(result.error().code, Errc::cancelled);
        if (!result) ++cancelled;
    }

    set("after", "");  // What was before it is done.
    const auto sum = static_cast<std::size_t>(run(kv_->increment("b", "n", 0)).value());
    EXPECT_GE(sum, static_cast<std::size_t>(done));
    EXPECT_LE(sum, static_cast<std::size_t>(done) + cancelled);
}

TEST_P(KeyValueSuite, SwapsOnlyTheVersionThatIsThere) {
    const auto nothing = run(kv_->get_versioned("b", "k")).value();
    EXPECT_EQ(nothing.value, std::nullopt);
    EXPECT_EQ(nothing.version, 0U);
    EXPECT_FALSE(run(kv_->swap("b", "k", 7, to_bytes("x"))).value());
    EXPECT_EQ(get("k"), "-");

    EXPECT_TRUE(run(kv_->swap("b", "k", 0, to_bytes("one"))).value());
    EXPECT_FALSE(run(kv_->swap("b", "k", 0, to_bytes("x"))).value()) << "it is there now";
    const auto one = run(kv_->get_versioned("b", "k")).value();
    EXPECT_EQ(one.value, to_bytes("one"));
    EXPECT_NE(one.version, 0U);
    EXPECT_TRUE(run(kv_->swap("b", "k", one.version, to_bytes("two"))).value());
    EXPECT_FALSE(run(kv_->swap("b", "k", one.version, to_bytes("x"))).value()) << "used";
    EXPECT_EQ(get("k"), "two");
}

TEST_P(KeyValueSuite, EachChangeHasAVersionOfItsOwn) {
    std::set<std::uint64_t> versions;
    const auto take = [&](const std::string& bucket, const std::string& key) {
        EXPECT_TRUE(versions.insert(run(kv_->get_versioned(bucket, key)).value().version).second);
    };
    set("k", "same");
    take("b", "k");
    set("k", "same");
    take("b", "k");
    ASSERT_TRUE(run(kv_->increment("b", "n", 1)));
    take("b", "n");
    ASSERT_TRUE(run(kv_->set_many("c", {{"k", to_bytes("same")}, {"l", {}}})));
    take("c", "k");
    take("c", "l");
    const auto before = run(kv_->get_versioned("b", "k")).value().version;
    ASSERT_TRUE(run(kv_->remove_many("b", {"k", "n"})));
    ASSERT_TRUE(run(kv_->remove_many("c", {"k", "l"})));
    set("k", "same");
    take("b", "k");

    EXPECT_FALSE(run(kv_->swap("b", "k", before, to_bytes("x"))).value())
        << "it was removed and made again";
    EXPECT_EQ(get("k"), "same");
}

inline rt::Task<void> try_swap(KeyValue* kv, std::uint64_t version, int self, int* winner) {
    CO_TRY(const bool won,
           co_await kv->swap("b", "race", version, to_bytes(fmt::format("{}", self))));
    if (won) *winner = self;
    co_return ok();
}

TEST_P(KeyValueSuite, OfThoseThatSwapOneVersionOneWins) {
    for (int round = 0; round < 20; ++round) {
        const auto version = run(kv_->get_versioned("b", "race")).value().version;
        constexpr int racers = 9;
        std::vector<int> winners(racers, -1);
        std::vector<std::future<Result<void>>> all;
        for (int at = 0; at < racers; ++at)
            all.push_back(shards_.start(static_cast<std::size_t>(at) % shards_.size(),
                                        try_swap(kv_.get(), version, at, &winners[at])));
        for (auto& one : all) ASSERT_TRUE(one.get());

        EXPECT_EQ(std::ranges::count(winners, -1), racers - 1);
        EXPECT_EQ(get("race"), fmt::format("{}", *std::ranges::max_element(winners)));
    }
}

TEST_P(KeyValueSuite, BatchesKeepTheOrderOfTheirKeys) {
    ASSERT_TRUE(run(
        kv_->set_many("b", {{"x", to_bytes("1")}, {"y", to_bytes("2")}, {"x", to_bytes("last")}})));

    const auto values = run(kv_->get_many("b", {"y", "none", "x", "y"})).value();

    ASSERT_EQ(values.size(), 4U);
    EXPECT_EQ(values[0], to_bytes("2"));
    EXPECT_EQ(values[1], std::nullopt);
    EXPECT_EQ(values[2], to_bytes("last"));
    EXPECT_EQ(values[3], to_bytes("2"));
    EXPECT_TRUE(run(kv_->remove_many("b", {"none", "x", "x"})));
    EXPECT_EQ(all_keys(), Keys{"y"});
    EXPECT_TRUE(run(kv_->set_many("b", {})));
    EXPECT_TRUE(run(kv_->remove_many("b", {})));
    EXPECT_TRUE(run(kv_->get_many("b", {})).value().empty());
}

TEST_P(KeyValueSuite, LinksOfOneStoreSeeEachOthersChanges) {
    const auto other = link();
    set("k", "one");
    EXPECT_EQ(shards_.run(other->get("b", "k"), 1).value(), to_bytes("one"));
    ASSERT_TRUE(shards_.run(other->remove("b", "k"), 1));
    EXPECT_EQ(get("k"), "-");
}

}  // namespace weft::providers::keyvalue
