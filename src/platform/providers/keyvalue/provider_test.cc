#include "platform/providers/keyvalue/provider.h"

#include "base/core/folder_fixture.h"
#include "platform/providers/keyvalue/shards_test.h"

namespace weft::providers::keyvalue {
namespace {

using capability::Config;
using capability::Link;

Link link_of(std::string source, Config target_config = {}, Config provider_config = {}) {
    return {.source = std::move(source),
            .target = "app-kv",
            .ns = "wasi",
            .package = "keyvalue",
            .interfaces = {"store"},
            .source_config = {},
            .target_config = std::move(target_config),
            .provider = "keyvalue",
            .provider_config = std::move(provider_config)};
}

Settings settings_of(const Link& link) {
    return read_settings(link, [](std::string_view setting, const Error& error) {
        ADD_FAILURE() << setting << ": " << error.message;
    });
}

TEST(Settings, AreThoseOfTheLinkAndThenThoseOfTheProvider) {
    const auto usual = settings_of(link_of("c"));
    EXPECT_EQ(usual.store, (StoreSettings{Backend::sqlite, store::Durability::relaxed}));
    EXPECT_EQ(usual.limits, Limits());
    EXPECT_EQ(usual.buckets, std::nullopt);

    const auto set = settings_of(link_of(
        "c", {{"Bucket", "a, default"}, {"keys_max", "7"}, {"bytes_max", "2MiB"}},
        {{"durability", "full"}, {"keys_max", "9"}, {"value_bytes_max", "1KiB"}, {"bucket", "x"}}));
    EXPECT_EQ(set.store, (StoreSettings{Backend::sqlite, store::Durability::full}));
    EXPECT_EQ(set.limits, (Limits{.value_bytes_max = 1024, .keys_max = 7, .bytes_max = 2U << 20U}));
    EXPECT_EQ(set.buckets, (std::vector<std::string>{"a", "default"}));

    const auto memory = settings_of(link_of("c", {{"backend", "memory"}}));
    EXPECT_EQ(memory.store.backend, Backend::memory);
    EXPECT_EQ(memory.limits.bytes_max, 64U << 20U);
}

TEST(Settings, OfWasmCloudsProvidersLeadToTheLocalStore) {
    auto nats = link_of("c", {{"bucket", "WASMCLOUD"}, {"cluster_uri", "nats://h:4222"}});
    nats.provider = "keyvalue-nats";
    EXPECT_EQ(settings_of(nats).one_bucket, "WASMCLOUD");
    EXPECT_EQ(settings_of(nats).buckets, std::nullopt);
    EXPECT_EQ(settings_of(nats).server_setting, "cluster_uri");
    EXPECT_EQ(settings_of(link_of("c", {{"URL", "redis://h"}})).server_setting, "url");
    EXPECT_EQ(settings_of(link_of("c", {}, {{"addr", "h"}})).server_setting, "addr");
}

TEST(Settings, TellOfEachThatIsWrong) {
    const auto faults = [](Config config) {
        std::string text;
        for (const auto& fault : Provider::check({link_of("c", std::move(config))}))
            text.append(fault.setting).append(" ").append(fault.error.slug.text()).append(";");
        return text;
    };
    EXPECT_EQ(faults({{"backend", "redis"}}), "backend keyvalue.backend_unknown;");
    EXPECT_EQ(faults({{"durability", "most"}}), "durability keyvalue.durability_unknown;");
    EXPECT_EQ(faults({{"backend", "memory"}, {"durability", "full"}}),
              "durability keyvalue.durability_unfit;");
    EXPECT_EQ(faults({{"bucket", "a,,b"}}), "bucket keyvalue.bucket_invalid;");
    EXPECT_EQ(faults({{"bucket", std::string(1025, 'b')}}), "bucket keyvalue.bucket_invalid;");
    EXPECT_EQ(faults({{"bucket", std::string(1024, 'b')}}), "");
    for (const auto* const value : {"0B", "17MiB"})
        EXPECT_EQ(faults({{"value_bytes_max", value}}), "value_bytes_max keyvalue.limit_invalid;");
    EXPECT_EQ(faults({{"value_bytes_max", "16MiB"}}), "");
    EXPECT_EQ(faults({{"bytes_max", "much"}}), "bytes_max units.size_invalid;");
    for (const auto* const value : {"0", "-1", "1k", "1000000001"})
        EXPECT_EQ(faults({{"keys_max", value}}), "keys_max keyvalue.limit_invalid;");
    EXPECT_EQ(faults({{"keys_max", "1000000000"}}), "");
}

TEST(Settings, LinksOfOneProviderAgreeOnTheirStore) {
    const auto faults =
        Provider::check({link_of("a"), link_of("b", {{"backend", "memory"}}), link_of("c")});

    ASSERT_EQ(faults.size(), 1U);
    EXPECT_EQ(faults[0].link, 1U);
    EXPECT_EQ(faults[0].other, 0U);
    EXPECT_EQ(faults[0].setting, "backend");
    EXPECT_EQ(faults[0].error.slug, Slug("keyvalue.settings_differ"));
    auto elsewhere = link_of("b", {{"backend", "memory"}});
    elsewhere.target = "other-kv";
    EXPECT_TRUE(Provider::check({link_of("a"), elsewhere}).empty());
}

class ProviderTest : public FolderTest {
  protected:
    ProviderTest() { make(path("data")); }
    ~ProviderTest() override {
        EXPECT_TRUE(shards_.run(provider_->stop()));
        shards_.on(0, [&] { provider_.reset(); });
    }

    void make(std::string data_directory) {
        capability::ProviderContext context{.shards = {},
                                            .log = obs::Log(&shards_.log(), &clock_),
                                            .failures = shards_.failures(),
                                            .clock = &clock_,
                                            .random = &random_,
                                            .connections = nullptr,
                                            .data_directory = std::move(data_directory),
                                            .registry = &registry_};
        for (std::size_t at = 0; at < shards_.size(); ++at)
            context.shards.push_back({{&shards_.executor(at), shards_.scope(at)}, nullptr});
        shards_.on(0, [&] { provider_ = std::make_unique<Provider>(std::move(context)); });
    }
    Result<void> change(std::vector<Link> put, std::vector<capability::LinkKey> taken = {}) {
        return shards_.run(provider_->change_links({std::move(put), std::move(taken)}));
    }
    std::shared_ptr<capability::KeyValue> keyvalue(const Link& link, std::size_t shard = 0) {
        std::shared_ptr<capability::KeyValue> kv;
        shards_.on(0, [&] { kv = provider_->keyvalue(shard, link.key()); });
        return kv;
    }
    std::string get(capability::KeyValue& kv, const std::string& bucket = "b") {
        const auto value = shards_.run(kv.get(bucket, "k"));
        if (!value) return std::string(value.error().slug.text());
        return *value ? std::string(as_text(**value)) : "-";
    }
    Result<void> set(capability::KeyValue& kv, std::string_view value) {
        return shards_.run(kv.set("b", "k", to_bytes(value)));
    }

    Shards shards_;
    std::int64_t counted(std::string_view name) {
        for (const auto& sample : registry_.snapshot())
            if (sample.name == name) return sample.value;
        return -1;
    }

    SystemWallClock clock_;
    SeededRandom random_{1};
    obs::Registry registry_;
    std::unique_ptr<Provider> provider_;
};

TEST_F(ProviderTest, AnswersOnEachShardWhatItHas) {
    const auto link = link_of("a");
    ASSERT_TRUE(change({link}));
    const auto bind = [&](std::string name) {
        Result<std::vector<std::unique_ptr<capability::ImportTarget>>> bound =
            fail(Errc::internal, "test.unset", "");
        shards_.on(0, [&] {
            bound = provider_->bind(link.key(),
                                    {.name = std::move(name), .functions = {}, .resources = {}});
        });
        return bound;
    };

    EXPECT_EQ(bind("wasi:keyvalue/store@0.2.0-draft2")->size(), shards_.size());
    EXPECT_EQ(bind("wasi:keyvalue/store@9.0.0").error().slug, Slug("capability.import_mismatch"));
}

TEST_F(ProviderTest, WhatWaitsForTheDiskIsCounted) {
    const auto link = link_of("a");
    ASSERT_TRUE(change({link}));

    ASSERT_TRUE(set(*keyvalue(link), "v"));
    EXPECT_EQ(get(*keyvalue(link)), "v");

    EXPECT_EQ(counted("weft_store_jobs_total"), 2);
    EXPECT_EQ(counted("weft_store_commits_total"), 1);
    EXPECT_EQ(counted("weft_store_jobs_waiting"), 0);
}

TEST_F(ProviderTest, LinksOfOneProviderShareOneFileOnAllShards) {
    auto other = link_of("elsewhere");
    other.target = "a/../%kv";
    const auto a = link_of("a");
    const auto b = link_of("b");
    ASSERT_TRUE(change({a, b, other}));

    ASSERT_TRUE(set(*keyvalue(a), "shared"));

    for (std::size_t shard = 0; shard < shards_.size(); ++shard) {
        const auto kv = keyvalue(b, shard);
        EXPECT_EQ(shards_.run(kv->get("b", "k"), shard).value(), to_bytes("shared"));
    }
    EXPECT_EQ(get(*keyvalue(other)), "-");
    EXPECT_TRUE(exists("data/keyvalue/app-kv.sqlite"));
    EXPECT_TRUE(exists("data/keyvalue/a%2f%2e%2e%2f%25kv.sqlite"));
    EXPECT_EQ(mode("data/keyvalue"), 0700U);
    EXPECT_EQ(mode("data/keyvalue/app-kv.sqlite"), 0600U);
    EXPECT_EQ(shards_.log().events("keyvalue.store_opened").size(), 2U);
}

TEST_F(ProviderTest, ALinkThatWasTakenFindsNothingAndItsFileStays) {
    const auto link = link_of("a");
    ASSERT_TRUE(change({link}));
    const auto kv = keyvalue(link);
    ASSERT_TRUE(set(*kv, "kept"));

    ASSERT_TRUE(change({}, {link.key()}));

    EXPECT_EQ(get(*kv), "keyvalue.store_unknown");
    EXPECT_EQ(shards_.log().events("keyvalue.store_closed").size(), 1U);
    ASSERT_TRUE(change({link}));
    EXPECT_EQ(get(*kv), "keyvalue.store_unknown") << "it is another link";
    EXPECT_EQ(get(*keyvalue(link)), "kept");
}

TEST_F(ProviderTest, SettingsCountAtOnceForWhatIsBound) {
    const auto link = link_of("a");
    ASSERT_TRUE(change({link}));
    const auto kv = keyvalue(link);
    ASSERT_TRUE(set(*kv, "1234"));

    ASSERT_TRUE(change({link_of("a", {{"value_bytes_max", "4B"}, {"bucket", "b"}})}));
    EXPECT_EQ(set(*kv, "12345").error().slug, Slug("keyvalue.too_large"));
    EXPECT_EQ(get(*kv, "c"), "keyvalue.store_unknown");
    ASSERT_TRUE(change({link_of("a", {{"durability", "full"}})}));
    EXPECT_EQ(get(*kv), "1234");
    ASSERT_TRUE(change({link_of("a", {{"backend", "memory"}})}));
    EXPECT_EQ(get(*kv), "-");
    ASSERT_TRUE(set(*kv, "in memory"));
    ASSERT_TRUE(change({link_of("a")}));
    EXPECT_EQ(get(*kv), "1234");
}

TEST_F(ProviderTest, AChangeThatFailsLeavesAllAsItWas) {
    const auto link = link_of("a");
    ASSERT_TRUE(change({link}));
    ASSERT_TRUE(set(*keyvalue(link), "kept"));
    auto fits = link_of("b", {{"backend", "memory"}});
    fits.target = "a-kv";
    auto broken = link_of("c");
    broken.target = "z-kv";
    write("data/keyvalue/z-kv.sqlite", std::string(5'000, 'x'));

    const auto failed = change({fits, broken}, {link.key()});

    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().slug, Slug("store.file_corrupt"));
    EXPECT_TRUE(failed.error().message.contains("z-kv.sqlite")) << failed.error().message;
    EXPECT_EQ(get(*keyvalue(link)), "kept");
    EXPECT_FALSE(change({link_of("d", {{"backend", "x"}})}));
    EXPECT_FALSE(change({link_of("d", {{"backend", "memory"}})})) << "the store is in a file";
    EXPECT_EQ(get(*keyvalue(link)), "kept");
    EXPECT_TRUE(change({fits}));
}

TEST_F(ProviderTest, TwoHostsNeverShareAFile) {
    const auto link = link_of("a");
    ASSERT_TRUE(change({link}));
    auto first = std::move(provider_);
    make(path("data"));

    const auto second = change({link});

    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().slug, Slug("store.file_in_use"));
    EXPECT_TRUE(shards_.run(first->stop()));
    EXPECT_TRUE(change({link}));
    shards_.on(0, [&] { first.reset(); });
}

TEST_F(ProviderTest, WithoutADirectoryThereIsOnlyMemory) {
    make("");

    EXPECT_EQ(change({link_of("a")}).error().slug, Slug("keyvalue.directory_missing"));
    const auto link = link_of("a", {{"backend", "memory"}});
    ASSERT_TRUE(change({link}));
    ASSERT_TRUE(set(*keyvalue(link), "x"));
    EXPECT_EQ(get(*keyvalue(link, 1)), "x");
}

TEST_F(ProviderTest, SaysOnceThatAServerIsNotUsed) {
    const Config config{{"cluster_uri", "nats://host:4222"}, {"bucket", "one"}};
    auto a = link_of("a", config);
    auto b = link_of("b", config);
    a.provider = b.provider = "keyvalue-nats";
    ASSERT_TRUE(change({a, b}));

    const auto events = shards_.log().events("keyvalue.server_ignored");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].fields.at("provider"), "app-kv");
    ASSERT_TRUE(shards_.run(keyvalue(a)->set("default", "k", to_bytes("x"))));
    EXPECT_EQ(get(*keyvalue(b), "anything"), "x") << "one bucket, whatever its name";
}

rt::Task<void> set_until_stopped(std::shared_ptr<capability::KeyValue> kv, std::atomic<int>* done) {
    for (;;) {
        CO_CHECK(co_await kv->increment("b", "k", 1));
        ++*done;
        done->notify_all();
    }
}

TEST_F(ProviderTest, StoppingDuringWorkLosesNothingThatWasAnswered) {
    const auto link = link_of("a");
    ASSERT_TRUE(change({link}));
    std::atomic<int> done = 0;
    std::vector<std::future<Result<void>>> writing;
    for (std::size_t at = 0; at < 6; ++at)
        writing.push_back(shards_.start(
            at % shards_.size(), set_until_stopped(keyvalue(link, at % shards_.size()), &done)));
    for (int have = done; have < 50; have = done) done.wait(have);

    EXPECT_TRUE(shards_.run(provider_->stop_accepting()));
    EXPECT_TRUE(shards_.run(provider_->drain()));
    shards_.log().declare_error("keyvalue.operation_failed");
    EXPECT_TRUE(shards_.run(provider_->stop()));
    for (auto& one : writing) {
        const auto code = one.get().error().code;
        EXPECT_TRUE(code == Errc::not_found || code == Errc::unavailable);
    }

    make(path("data"));
    ASSERT_TRUE(change({link}));
    EXPECT_EQ(get(*keyvalue(link)), fmt::format("{}", done.load()));
}

}  // namespace
}  // namespace weft::providers::keyvalue
