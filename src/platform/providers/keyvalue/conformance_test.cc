#include "platform/providers/keyvalue/keyvalue_limits_suite.h"
#include "platform/providers/keyvalue/keyvalue_suite.h"
#include "platform/providers/keyvalue/memory_store.h"
#include "platform/providers/keyvalue/sqlite_store.h"

namespace weft::providers::keyvalue {
namespace {

rt::Task<std::shared_ptr<Store>> open_memory(std::string, obs::LimitedLog*) {
    co_return std::make_shared<MemoryStore>();
}

template <store::Durability durability>
rt::Task<std::shared_ptr<Store>> open_file(std::string folder, obs::LimitedLog* failures) {
    SqliteStore::Options options{.provider = "kv",
                                 .file = {.path = folder + "/kv.sqlite", .durability = durability},
                                 .failures = failures};
    CO_TRY(auto store, co_await SqliteStore::open(std::move(options)));
    co_return std::shared_ptr<Store>(std::move(store));
}

INSTANTIATE_TEST_SUITE_P(
    Stores, KeyValueSuite,
    testing::Values(StoreKind{"memory", &open_memory},
                    StoreKind{"sqlite_relaxed", &open_file<store::Durability::relaxed>},
                    StoreKind{"sqlite_full", &open_file<store::Durability::full>}),
    [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace weft::providers::keyvalue
