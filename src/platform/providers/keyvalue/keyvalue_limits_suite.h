#pragma once

#include "platform/providers/keyvalue/keyvalue_suite.h"

/// The part of the suite that fills each limit.
namespace weft::providers::keyvalue {

TEST_P(KeyValueSuite, RefusesNamesOverTheLimit) {
    const std::string most(KeyValue::key_bytes_max, 'k');
    set(most, "x", most);
    EXPECT_EQ(get(most, most), "x");
    EXPECT_EQ(all_keys(most), Keys{most});

    for (const auto& name : {most + "k", std::string("a\0b", 3), std::string("\xff")}) {
        constexpr auto code = Errc::invalid_argument;
        constexpr auto slug = "keyvalue.name_invalid";
        expect_error(kv_->open(name), code, slug);
        expect_error(kv_->get(name, "k"), code, slug);
        expect_error(kv_->get("b", name), code, slug);
        expect_error(kv_->get_versioned("b", name), code, slug);
        expect_error(kv_->set("b", name, {}), code, slug);
        expect_error(kv_->remove("b", name), code, slug);
        expect_error(kv_->exists("b", name), code, slug);
        expect_error(kv_->list_keys("b", name), code, slug);
        expect_error(kv_->list_keys(name, std::nullopt), code, slug);
        expect_error(kv_->increment("b", name, 1), code, slug);
        expect_error(kv_->swap("b", name, 0, {}), code, slug);
        expect_error(kv_->get_many("b", {"a", name}), code, slug);
        expect_error(kv_->set_many("b", {{"a", {}}, {name, {}}}), code, slug);
        expect_error(kv_->remove_many("b", {"a", name}), code, slug);
    }
    EXPECT_TRUE(all_keys().empty());
}

TEST_P(KeyValueSuite, RefusesValuesOverTheLimit) {
    const Bytes most(KeyValue::value_bytes_max, 'v');
    Bytes more(KeyValue::value_bytes_max + 1, 'v');
    ASSERT_TRUE(run(kv_->set("b", "most", most)));
    EXPECT_TRUE(run(kv_->get("b", "most")).value() == most);
    expect_error(kv_->set("b", "k", std::move(more)), Errc::invalid_argument, "keyvalue.too_large");

    const auto small = link({.value_bytes_max = 3});
    EXPECT_TRUE(run(small->set("b", "k", to_bytes("123"))));
    expect_error(small->set("b", "k", to_bytes("1234")), Errc::invalid_argument,
                 "keyvalue.too_large");
    expect_error(small->swap("b", "new", 0, to_bytes("1234")), Errc::invalid_argument,
                 "keyvalue.too_large");
    expect_error(small->increment("b", "k", 900), Errc::invalid_argument, "keyvalue.too_large");
    EXPECT_EQ(get("k"), "123");
    EXPECT_EQ(run(small->get("b", "most")).value()->size(), most.size()) << "it is there already";
}

TEST_P(KeyValueSuite, BoundsBatches) {
    ASSERT_TRUE(run(kv_->set("b", "most", Bytes(KeyValue::value_bytes_max, 'v'))));
    EXPECT_EQ(run(kv_->get_many("b", Keys(4, "most"))).value().size(), 4U);
    expect_error(kv_->get_many("b", Keys(5, "most")), Errc::invalid_argument, "keyvalue.too_large");

    std::vector<KeyValue::Entry> entries(5, {"k", Bytes(KeyValue::value_bytes_max, 'v')});
    expect_error(kv_->set_many("b", std::move(entries)), Errc::invalid_argument,
                 "keyvalue.too_large");
    const Keys keys(LinkedKeyValue::batch_keys_max, "k");
    EXPECT_TRUE(run(kv_->get_many("b", keys)));
    Keys more(LinkedKeyValue::batch_keys_max + 1, "k");
    expect_error(kv_->get_many("b", more), Errc::invalid_argument, "keyvalue.too_large");
    expect_error(kv_->remove_many("b", more), Errc::invalid_argument, "keyvalue.too_large");
    expect_error(kv_->set_many("b", std::vector<KeyValue::Entry>(more.size())),
                 Errc::invalid_argument, "keyvalue.too_large");
    EXPECT_EQ(all_keys(), Keys{"most"});
}

TEST_P(KeyValueSuite, ABatchIsDoneAsAWholeOrNotAtAll) {
    set("a", "old");
    const auto small = link({.value_bytes_max = 4, .keys_max = 3});

    expect_error(small->set_many("b", {{"a", to_bytes("new")}, {"b", to_bytes("large")}}),
                 Errc::invalid_argument, "keyvalue.too_large");
    expect_error(small->set_many("b", {{"a", to_bytes("new")}, {"b", {}}, {"c", {}}, {"d", {}}}),
                 Errc::exhausted, "keyvalue.full");

    EXPECT_EQ(get("a"), "old");
    EXPECT_EQ(all_keys(), Keys{"a"});
    EXPECT_TRUE(
        run(small->set_many("b", {{"a", to_bytes("new")}, {"b", {}}, {"c", {}}, {"c", {}}})));
    EXPECT_EQ(all_keys(), (Keys{"a", "b", "c"}));
}

TEST_P(KeyValueSuite, AStoreWithAsManyKeysAsMayBeIsFull) {
    const auto small = link({.keys_max = 3});
    for (const auto* const key : {"a", "b", "c"}) ASSERT_TRUE(run(small->set(key, key, {})));

    expect_error(small->set("a", "d", {}), Errc::exhausted, "keyvalue.full");
    expect_error(small->set("new", "a", {}), Errc::exhausted, "keyvalue.full");
    expect_error(small->increment("a", "n", 1), Errc::exhausted, "keyvalue.full");
    expect_error(small->swap("a", "n", 0, {}), Errc::exhausted, "keyvalue.full");
    EXPECT_TRUE(run(small->set("a", "a", to_bytes("longer")))) << "it is not a new key";
    EXPECT_TRUE(run(small->remove("b", "b")));
    EXPECT_TRUE(run(small->remove("b", "b"))) << "counted once";
    EXPECT_TRUE(run(small->set("a", "d", {})));
    expect_error(small->set("a", "e", {}), Errc::exhausted, "keyvalue.full");
}

TEST_P(KeyValueSuite, AStoreWithAsManyBytesAsMayBeIsFull) {
    // Bucket, key and value of each.
    const auto small = link({.bytes_max = 20});
    ASSERT_TRUE(run(small->set("bucket", "k1", to_bytes("12"))));
    ASSERT_TRUE(run(small->set("bucket", "k2", to_bytes("34"))));

    expect_error(small->set("bucket", "k2", to_bytes("345")), Errc::exhausted, "keyvalue.full");
    expect_error(small->set("", "k", {}), Errc::exhausted, "keyvalue.full");
    EXPECT_TRUE(run(small->set("", "", {}))) << "it has no bytes";
    EXPECT_TRUE(run(small->set("bucket", "k1", to_bytes("1"))));
    EXPECT_TRUE(run(small->set("bucket", "k2", to_bytes("345"))));
    EXPECT_TRUE(run(small->remove_many("bucket", {"k1", "k1", "none"})));
    EXPECT_TRUE(run(small->set("", "k", to_bytes("12345678"))));
    expect_error(small->set("", "k", to_bytes("123456789")), Errc::exhausted, "keyvalue.full");

    const auto smaller = link({.bytes_max = 5});
    EXPECT_TRUE(run(smaller->set("", "k", to_bytes("1")))) << "it gets smaller";
    expect_error(smaller->set("", "k", to_bytes("12")), Errc::exhausted, "keyvalue.full");
}

TEST_P(KeyValueSuite, ALinkOpensOnlyTheBucketsThatItNames) {
    const auto state = std::make_shared<LinkState>(std::make_shared<const LinkTarget>(
        LinkTarget{store_, {}, Keys{"b", "default"}, std::nullopt}));
    LinkedKeyValue kv(state);
    set("k", "secret", "other");

    EXPECT_TRUE(run(kv.open("b")));
    EXPECT_TRUE(run(kv.set("default", "k", {})));
    for (const auto* const bucket : {"other", "", "bb"}) {
        expect_error(kv.open(bucket), Errc::not_found, "keyvalue.store_unknown");
        expect_error(kv.get(bucket, "k"), Errc::not_found, "keyvalue.store_unknown");
        expect_error(kv.set(bucket, "k", {}), Errc::not_found, "keyvalue.store_unknown");
    }
    EXPECT_EQ(get("k", "other"), "secret");

    state->lead_to(std::make_shared<const LinkTarget>(
        LinkTarget{store_, {}, std::nullopt, std::string("other")}));
    EXPECT_EQ(run(kv.get("default", "k")).value(), to_bytes("secret"))
        << "all names are one bucket";
    state->lead_to(nullptr);
    expect_error(kv.get("b", "k"), Errc::not_found, "keyvalue.store_unknown");
}

}  // namespace weft::providers::keyvalue
