#include "platform/capability/keyvalue_imports.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <gtest/gtest.h>

#include "base/rt/sim_loop_fixture.h"
#include "base/value/wire.h"
#include "platform/capability/import_reply_fixture.h"
#include "platform/capability/served_import.h"

namespace weft::capability {
namespace {

using value::Function;
using value::Kind;
using value::Type;
using value::Value;

/// A store in memory with the buckets that the test makes. Pages are small.
class MemoryKeyValue final : public KeyValue {
  public:
    static constexpr std::size_t page_keys = 3;

    struct Held {
        Bytes value;
        std::uint64_t version;
    };
    using Bucket = std::map<std::string, Held>;

    rt::Task<void> open(std::string bucket) override;
    rt::Task<std::optional<Bytes>> get(std::string bucket, std::string key) override;
    rt::Task<void> set(std::string bucket, std::string key, Bytes value) override;
    rt::Task<void> remove(std::string bucket, std::string key) override;
    rt::Task<bool> exists(std::string bucket, std::string key) override;
    rt::Task<Page> list_keys(std::string bucket, std::optional<std::string> cursor) override;
    rt::Task<std::int64_t> increment(std::string bucket, std::string key,
                                     std::int64_t delta) override;
    rt::Task<Versioned> get_versioned(std::string bucket, std::string key) override;
    rt::Task<bool> swap(std::string bucket, std::string key, std::uint64_t version,
                        Bytes value) override;
    rt::Task<std::vector<std::optional<Bytes>>> get_many(std::string bucket,
                                                         std::vector<std::string> keys) override;
    rt::Task<void> set_many(std::string bucket, std::vector<Entry> entries) override;
    rt::Task<void> remove_many(std::string bucket, std::vector<std::string> keys) override;

    std::map<std::string, Bucket> buckets;
    std::optional<Error> failure;  ///< Of every call, if there is one.
    std::size_t pages_read = 0;

  private:
    Result<Bucket*> find(const std::string& name);
    void put(Bucket& bucket, const std::string& key, Bytes value);

    std::uint64_t changes_ = 0;
};

Result<MemoryKeyValue::Bucket*> MemoryKeyValue::find(const std::string& name) {
    if (failure) return Failure(*failure);
    const auto found = buckets.find(name);
    if (found == buckets.end())
        return fail(Errc::not_found, "keyvalue.store_unknown", "no bucket '{}'", name);
    return &found->second;
}

void MemoryKeyValue::put(Bucket& bucket, const std::string& key, Bytes value) {
    bucket.insert_or_assign(key, Held{std::move(value), ++changes_});
}

rt::Task<void> MemoryKeyValue::open(std::string bucket) {
    CO_CHECK(find(bucket));
    co_return ok();
}

rt::Task<std::optional<Bytes>> MemoryKeyValue::get(std::string bucket, std::string key) {
    CO_TRY(auto got, co_await get_versioned(std::move(bucket), std::move(key)));
    co_return std::move(got.value);
}

rt::Task<void> MemoryKeyValue::set(std::string bucket, std::string key, Bytes value) {
    CO_TRY(auto* const held, find(bucket));
    put(*held, key, std::move(value));
    co_return ok();
}

rt::Task<void> MemoryKeyValue::remove(std::string bucket, std::string key) {
    CO_TRY(auto* const held, find(bucket));
    held->erase(key);
    co_return ok();
}

rt::Task<bool> MemoryKeyValue::exists(std::string bucket, std::string key) {
    CO_TRY(auto* const held, find(bucket));
    co_return held->contains(key);
}

rt::Task<KeyValue::Page> MemoryKeyValue::list_keys(std::string bucket,
                                                   std::optional<std::string> cursor) {
    CO_TRY(auto* const held, find(bucket));
    ++pages_read;
    Page page;
    auto next = cursor ? held->lower_bound(*cursor) : held->begin();
    for (; next != held->end() && page.keys.size() < page_keys; ++next)
        page.keys.push_back(next->first);
    if (next != held->end()) page.next = next->first;
    co_return page;
}

rt::Task<std::int64_t> MemoryKeyValue::increment(std::string bucket, std::string key,
                                                 std::int64_t delta) {
    CO_TRY(auto* const held, find(bucket));
    std::int64_t number = 0;
    if (const auto found = held->find(key); found != held->end()) {
        const auto text = as_text(found->second.value);
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        if (read.ec != std::errc() || read.ptr != text.data() + text.size())
            co_return fail(Errc::failed_precondition, "keyvalue.not_a_number", "not a number");
    }
    number += delta;
    put(*held, key, to_bytes(std::to_string(number)));
    co_return number;
}

rt::Task<KeyValue::Versioned> MemoryKeyValue::get_versioned(std::string bucket, std::string key) {
    CO_TRY(auto* const held, find(bucket));
    const auto found = held->find(key);
    if (found == held->end()) co_return Versioned();
    co_return Versioned{found->second.value, found->second.version};
}

rt::Task<bool> MemoryKeyValue::swap(std::string bucket, std::string key, std::uint64_t version,
                                    Bytes value) {
    CO_TRY(const auto now, co_await get_versioned(bucket, key));
    if (now.version != version) co_return false;
    CO_CHECK(co_await set(std::move(bucket), std::move(key), std::move(value)));
    co_return true;
}

rt::Task<std::vector<std::optional<Bytes>>> MemoryKeyValue::get_many(
    std::string bucket, std::vector<std::string> keys) {
    std::vector<std::optional<Bytes>> values;
    for (const auto& key : keys) {
        CO_TRY(auto value, co_await get(bucket, key));
        values.push_back(std::move(value));
    }
    co_return values;
}

rt::Task<void> MemoryKeyValue::set_many(std::string bucket, std::vector<Entry> entries) {
    CO_TRY(auto* const held, find(bucket));
    for (auto& [key, value] : entries) put(*held, key, std::move(value));
    co_return ok();
}

rt::Task<void> MemoryKeyValue::remove_many(std::string bucket, std::vector<std::string> keys) {
    CO_TRY(auto* const held, find(bucket));
    for (const auto& key : keys) held->erase(key);
    co_return ok();
}

// The types as a component has them, written down from the WIT by hand: an oracle for what
// tools/wit makes.
Type text() { return Type(Kind::string); }
Type bytes() { return Type::list(Type(Kind::u8)).value(); }
Type lent(std::string resource) { return Type::borrow(std::move(resource)).value(); }
Type maybe(Type type) { return Type::option(std::move(type)).value(); }
Type list(Type type) { return Type::list(std::move(type)).value(); }
Type store_error() {
    return Type::variant({{"no-such-store", {}}, {"access-denied", {}}, {"other", text()}}).value();
}
Type or_error(std::optional<Type> type) {
    return Type::result(std::move(type), store_error()).value();
}
Type entry() { return Type::tuple({text(), bytes()}).value(); }

struct Version {
    std::string name;
    Type cursor;
    Type number;
};
Version draft() { return {"0.2.0-draft", Type(Kind::u64), Type(Kind::u64)}; }
Version draft2() { return {"0.2.0-draft2", text(), Type(Kind::s64)}; }

value::Interface store_of(const Version& version) {
    const auto response =
        Type::record({{"keys", list(text())}, {"cursor", maybe(version.cursor)}}).value();
    const value::Parameter self{"self", lent("bucket")};
    const value::Parameter key{"key", text()};
    return {"wasi:keyvalue/store@" + version.name,
            {{"open", false, {{"identifier", text()}}, or_error(Type::own("bucket").value())},
             {"[method]bucket.get", false, {self, key}, or_error(maybe(bytes()))},
             {"[method]bucket.set", false, {self, key, {"value", bytes()}}, or_error({})},
             {"[method]bucket.delete", false, {self, key}, or_error({})},
             {"[method]bucket.exists", false, {self, key}, or_error(Type(Kind::bool_))},
             {"[method]bucket.list-keys",
              false,
              {self, {"cursor", maybe(version.cursor)}},
              or_error(response)}},
            {"bucket"}};
}

value::Interface atomics_of(const Version& version) {
    const value::Parameter bucket{"bucket", lent("bucket")};
    const value::Parameter key{"key", text()};
    value::Interface interface{
        "wasi:keyvalue/atomics@" + version.name,
        {{"increment", false, {bucket, key, {"delta", version.number}}, or_error(version.number)}},
        {}};
    if (version.name == "0.2.0-draft") return interface;
    const auto cas = Type::own("cas").value();
    const auto error = Type::variant({{"store-error", store_error()}, {"cas-failed", cas}}).value();
    interface.resources.emplace_back("cas");
    interface.functions.push_back({"[static]cas.new", false, {bucket, key}, or_error(cas)});
    interface.functions.push_back(
        {"[method]cas.current", false, {{"self", lent("cas")}}, or_error(maybe(bytes()))});
    interface.functions.push_back({"swap",
                                   false,
                                   {{"cas", cas}, {"value", bytes()}},
                                   Type::result(std::nullopt, error).value()});
    return interface;
}

value::Interface batch_of(const Version& version) {
    const value::Parameter bucket{"bucket", lent("bucket")};
    const value::Parameter keys{"keys", list(text())};
    return {"wasi:keyvalue/batch@" + version.name,
            {{"get-many", false, {bucket, keys}, or_error(list(maybe(entry())))},
             {"set-many", false, {bucket, {"key-values", list(entry())}}, or_error({})},
             {"delete-many", false, {bucket, keys}, or_error({})}},
            {}};
}

Value string(std::string value) { return Value::string(std::move(value)); }
Value blob(std::string_view value) { return Value::bytes(to_bytes(value)); }
Value ok_of(Value value) { return Value::choice(0, std::move(value)); }
Value error_of(Value value) { return Value::choice(1, std::move(value)); }
Value texts(std::vector<std::string> values) {
    std::vector<Value> items;
    for (auto& value : values) items.push_back(Value::string(std::move(value)));
    return Value::items(std::move(items));
}
const Value fine = Value::choice(0);
const Value no_such_store = error_of(Value::choice(0));
const Value access_denied = error_of(Value::choice(1));

/// One interface of a version, called with plain values.
class Import {
  public:
    Import(rt::SimLoop* loop, std::shared_ptr<KeyValue> store, value::Interface interface)
        : interface_(std::move(interface)) {
        auto served = serve_keyvalue(loop, std::move(store), interface_);
        EXPECT_TRUE(served) << served.error().message;
        target_ = *std::move(served);
    }

    Result<Value> call(std::string_view name, std::vector<Value> arguments) {
        const auto function = std::ranges::find(interface_.functions, name, &value::Function::name);
        Bytes encoded;
        CHECK(value::encode_arguments(arguments, *function, encoded));
        RecordingReply reply;
        target_->call({}, static_cast<std::uint32_t>(function - interface_.functions.begin()),
                      engine::Payload::of(std::move(encoded)), reply);
        auto& outcome = reply.outcome();
        if (outcome.error) return Failure(*outcome.error);
        TRY(auto result, value::decode_result(outcome.result.value(), *function));
        return *std::move(result);
    }
    /// The same where a failure is a fault of the test.
    Value get(std::string_view name, std::vector<Value> arguments) {
        auto result = call(name, std::move(arguments));
        EXPECT_TRUE(result) << result.error().message;
        return result ? *std::move(result) : Value::none();
    }

  private:
    value::Interface interface_;
    std::unique_ptr<ImportTarget> target_;
};

class KeyValueImports : public testing::TestWithParam<Version (*)()> {
  protected:
    void SetUp() override { store_->buckets["b"]; }

    rt::SimLoop loop_;
    std::shared_ptr<MemoryKeyValue> store_ = std::make_shared<MemoryKeyValue>();
    Import store_import_{&loop_, store_, store_of(GetParam()())};
    Import atomics_{&loop_, store_, atomics_of(GetParam()())};
    Import batch_{&loop_, store_, batch_of(GetParam()())};
    const Value bucket_ = blob("b");
};

INSTANTIATE_TEST_SUITE_P(Drafts, KeyValueImports, testing::Values(&draft, &draft2));

TEST_P(KeyValueImports, OpensABucket) {
    EXPECT_EQ(store_import_.get("open", {string("b")}), ok_of(bucket_));
    EXPECT_EQ(store_import_.get("open", {string("c")}), no_such_store);
}

TEST_P(KeyValueImports, KeepsValues) {
    EXPECT_EQ(store_import_.get("[method]bucket.set", {bucket_, string("k"), blob("v")}), fine);
    EXPECT_EQ(store_import_.get("[method]bucket.get", {bucket_, string("k")}),
              ok_of(Value::some(blob("v"))));
    EXPECT_EQ(store_import_.get("[method]bucket.exists", {bucket_, string("k")}),
              ok_of(Value::boolean(true)));
    EXPECT_EQ(store_import_.get("[method]bucket.delete", {bucket_, string("k")}), fine);
    EXPECT_EQ(store_import_.get("[method]bucket.get", {bucket_, string("k")}),
              ok_of(Value::none()));
}

TEST_P(KeyValueImports, ErrorsAreThoseOfTheInterface) {
    const std::vector<Value> arguments = {bucket_, string("k")};
    store_->failure = Error{Errc::denied, "keyvalue.access_denied", "no"};
    EXPECT_EQ(store_import_.get("[method]bucket.get", arguments), access_denied);
    store_->failure = Error{Errc::exhausted, "keyvalue.full", "the store is full"};
    EXPECT_EQ(store_import_.get("[method]bucket.get", arguments),
              error_of(Value::choice(2, string("the store is full"))));
    store_->failure = Error{Errc::exhausted, "keyvalue.full", "bad \xff"};
    EXPECT_EQ(store_import_.get("[method]bucket.get", arguments),
              error_of(Value::choice(2, string("keyvalue.full"))));
}

TEST_P(KeyValueImports, DeadlineAndCancellingEndTheGuest) {
    for (const auto code : {Errc::deadline, Errc::cancelled}) {
        store_->failure = Error{code, "test.over", "over"};
        EXPECT_EQ(store_import_.call("open", {string("b")}).error().code, code);
        EXPECT_EQ(store_import_.call("[method]bucket.get", {bucket_, string("k")}).error().code,
                  code);
        EXPECT_EQ(batch_.call("get-many", {bucket_, texts({"k"})}).error().code, code);
    }
}

TEST_P(KeyValueImports, ANameOverAHandleIsAnError) {
    const std::string name(wit::handle_bytes_max + 1, 'b');
    store_->buckets[name];
    store_->buckets[name.substr(1)];

    EXPECT_EQ(store_import_.get("open", {string(name)}).as_choice()->index, 1U);
    EXPECT_EQ(store_import_.get("open", {string(name.substr(1))}), ok_of(blob(name.substr(1))));
}

TEST_P(KeyValueImports, TakesManyAtOnce) {
    const auto pair = [](std::string key, std::string_view value) {
        return Value::items({string(std::move(key)), blob(value)});
    };

    EXPECT_EQ(batch_.get("set-many", {bucket_, Value::items({pair("a", "1"), pair("b", "2")})}),
              fine);
    EXPECT_EQ(batch_.get("get-many", {bucket_, texts({"b", "x", "a"})}),
              ok_of(Value::items(
                  {Value::some(pair("b", "2")), Value::none(), Value::some(pair("a", "1"))})));
    EXPECT_EQ(batch_.get("delete-many", {bucket_, texts({"a"})}), fine);
    EXPECT_EQ(batch_.get("get-many", {blob("c"), texts({"a"})}), no_such_store);
    EXPECT_EQ(store_->buckets["b"].size(), 1U);
}

TEST_P(KeyValueImports, ListsAllKeysOnce) {
    std::vector<std::string> expected;
    for (char c = 'a'; c < 'i'; ++c) {
        expected.emplace_back(1, c);
        store_->buckets["b"][expected.back()];
    }
    std::vector<std::string> found;
    Value cursor = Value::none();
    for (int pages = 0; pages < 10; ++pages) {
        const auto response = store_import_.get("[method]bucket.list-keys", {bucket_, cursor});
        const auto& parts = *response.as_choice()->payload.at(0).as_items();
        for (const auto& key : *parts[0].as_items()) found.push_back(*key.as_string());
        cursor = parts[1];
        if (cursor == Value::none()) break;
    }

    EXPECT_EQ(cursor, Value::none());
    EXPECT_EQ(found, expected);
}

TEST_P(KeyValueImports, LeavesOutKeysThatAreNotText) {
    store_->buckets["b"]["\xff"];
    store_->buckets["b"]["a"];

    const auto response = store_import_.get("[method]bucket.list-keys", {bucket_, Value::none()});

    EXPECT_EQ(response, ok_of(Value::items({texts({"a"}), Value::none()})));
}

class Draft : public testing::Test {
  protected:
    void SetUp() override { store_->buckets["b"]; }
    Value list_from(std::uint64_t before) {
        return store_import_.get("[method]bucket.list-keys",
                                 {bucket_, Value::some(Value::unsigned_number(before))});
    }
    Value add(std::uint64_t delta) {
        return atomics_.get("increment", {bucket_, string("n"), Value::unsigned_number(delta)});
    }

    rt::SimLoop loop_;
    std::shared_ptr<MemoryKeyValue> store_ = std::make_shared<MemoryKeyValue>();
    Import store_import_{&loop_, store_, store_of(draft())};
    Import atomics_{&loop_, store_, atomics_of(draft())};
    const Value bucket_ = blob("b");
};

TEST_F(Draft, ACursorIsTheNumberOfKeysBefore) {
    for (const auto* const key : {"a", "b", "c", "d", "e"}) store_->buckets["b"][key];

    EXPECT_EQ(list_from(2),
              ok_of(Value::items({texts({"c"}), Value::some(Value::unsigned_number(3))})));
    EXPECT_EQ(list_from(3), ok_of(Value::items({texts({"d", "e"}), Value::none()})));
    EXPECT_EQ(list_from(5), ok_of(Value::items({texts({}), Value::none()})));
    EXPECT_EQ(list_from(~0ULL), ok_of(Value::items({texts({}), Value::none()})));
}

TEST_F(Draft, AWalkOverTooManyPagesIsAnError) {
    for (std::size_t i = 0; i < 1'000 * MemoryKeyValue::page_keys + 1; ++i)
        store_->buckets["b"][std::to_string(i)];

    const auto listed = list_from(1'000 * MemoryKeyValue::page_keys);

    EXPECT_EQ(listed.as_choice()->index, 1U);
    EXPECT_EQ(store_->pages_read, 1'000U);
}

TEST_F(Draft, CountsWithoutASign) {
    EXPECT_EQ(add(5), ok_of(Value::unsigned_number(5)));
    EXPECT_EQ(add((1ULL << 63U) - 6), ok_of(Value::unsigned_number((1ULL << 63U) - 1)));
    EXPECT_EQ(add(1ULL << 63U).as_choice()->index, 1U);
    store_->buckets["b"]["n"].value = to_bytes("-7");
    EXPECT_EQ(add(3), error_of(Value::choice(2, string("the number is now -4, which is below 0"))));
    store_->buckets["b"]["n"].value = to_bytes("x");
    EXPECT_EQ(add(3), error_of(Value::choice(2, string("not a number"))));
    store_->failure = Error{Errc::deadline, "test.over", "over"};
    EXPECT_EQ(
        atomics_.call("increment", {bucket_, string("n"), Value::unsigned_number(1)}).error().code,
        Errc::deadline);
}

class Draft2 : public testing::Test {
  protected:
    void SetUp() override { store_->buckets["b"]; }
    Value cas_of(const std::string& key) {
        const auto made = atomics_.get("[static]cas.new", {bucket_, string(key)});
        EXPECT_EQ(made.as_choice()->index, 0U);
        return made.as_choice()->payload.at(0);
    }

    rt::SimLoop loop_;
    std::shared_ptr<MemoryKeyValue> store_ = std::make_shared<MemoryKeyValue>();
    Import store_import_{&loop_, store_, store_of(draft2())};
    Import atomics_{&loop_, store_, atomics_of(draft2())};
    const Value bucket_ = blob("b");
};

TEST_F(Draft2, CountsWithASign) {
    const auto result = atomics_.get("increment", {bucket_, string("n"), Value::signed_number(-3)});

    EXPECT_EQ(result, ok_of(Value::signed_number(-3)));
}

TEST_F(Draft2, SwapsWhatNobodyChanged) {
    const auto cas = cas_of("k");
    EXPECT_EQ(atomics_.get("[method]cas.current", {cas}), ok_of(Value::none()));

    EXPECT_EQ(atomics_.get("swap", {cas, blob("v")}), fine);

    EXPECT_EQ(store_->buckets["b"]["k"].value, to_bytes("v"));
}

TEST_F(Draft2, AFailedSwapGivesACasOfTheLatest) {
    const auto cas = cas_of("k");
    ASSERT_TRUE(loop_.run(store_->set("b", "k", to_bytes("theirs"))));

    const auto failed = atomics_.get("swap", {cas, blob("mine")});

    ASSERT_EQ(failed.as_choice()->index, 1U);
    const auto& error = *failed.as_choice()->payload.at(0).as_choice();
    ASSERT_EQ(error.index, 1U);
    const auto& latest = error.payload.at(0);
    EXPECT_EQ(store_->buckets["b"]["k"].value, to_bytes("theirs"));
    EXPECT_EQ(atomics_.get("[method]cas.current", {latest}), ok_of(Value::some(blob("theirs"))));
    EXPECT_EQ(atomics_.get("swap", {latest, blob("mine")}), fine);
    EXPECT_EQ(store_->buckets["b"]["k"].value, to_bytes("mine"));
}

TEST_F(Draft2, ErrorsOfASwapAreThoseOfTheStore) {
    const auto cas = cas_of("k");
    store_->buckets.erase("b");
    EXPECT_EQ(atomics_.get("swap", {cas, blob("v")}), error_of(Value::choice(0, Value::choice(0))));
    store_->failure = Error{Errc::cancelled, "test.over", "over"};
    EXPECT_EQ(atomics_.call("swap", {cas, blob("v")}).error().code, Errc::cancelled);
}

TEST_F(Draft2, NamesThatAreTooLongForACasAreAnError) {
    const auto made = atomics_.get("[static]cas.new", {bucket_, string(std::string(300, 'k'))});

    EXPECT_EQ(made.as_choice()->index, 1U);
}

TEST_F(Draft2, ADamagedCasEndsTheGuest) {
    EXPECT_EQ(atomics_.call("swap", {blob("zz"), blob("v")}).error().code, Errc::corrupt);
    EXPECT_EQ(atomics_.call("[method]cas.current", {blob("")}).error().code, Errc::corrupt);
}

TEST(ServeKeyValue, NamesWhatItOffers) {
    rt::SimLoop loop;

    const auto served = serve_keyvalue(&loop, nullptr, {"wasi:keyvalue/store@0.3.0", {}, {}});

    ASSERT_FALSE(served);
    EXPECT_EQ(served.error().slug.text(), "capability.import_mismatch");
    EXPECT_NE(served.error().message.find("wasi:keyvalue/store@0.2.0-draft2"), std::string::npos);
}

TEST(ServeKeyValue, RefusesTheTypesOfTheOtherDraft) {
    rt::SimLoop loop;
    auto mixed = store_of(draft2());
    mixed.name = "wasi:keyvalue/store@0.2.0-draft";

    EXPECT_NE(serve_keyvalue(&loop, nullptr, mixed).error().message.find("bucket.list-keys"),
              std::string::npos);
}

}  // namespace
}  // namespace weft::capability
