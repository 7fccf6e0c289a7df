#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/store/database.h"
#include "platform/capability/link.h"
#include "platform/providers/keyvalue/store.h"

namespace weft::providers::keyvalue {

enum class Backend : std::uint8_t { sqlite, memory };

/// How the values of a provider are kept; all its links say the same.
struct StoreSettings {
    Backend backend = Backend::sqlite;
    store::Durability durability = store::Durability::relaxed;

    friend bool operator==(const StoreSettings&, const StoreSettings&) = default;
};

/// What a link to a provider is set to, by its target configuration and, where that says nothing,
/// by the provider's.
struct Settings {
    StoreSettings store;
    Limits limits;
    std::optional<std::vector<std::string>> buckets;  ///< That it may open; without: any.
    std::optional<std::string> one_bucket;            ///< The one to which all names lead.
    std::string server_setting;  ///< One that names a server, which is not used; else empty.
};

/// Told of each setting that is wrong.
using OnFault = std::function<void(std::string_view setting, Error error)>;

/// Reads `backend`, `durability`, `bucket`, `value_bytes_max`, `keys_max` and `bytes_max`. Names of
/// settings have no case; the manifest's reader tells of those that are not known. Links of
/// `keyvalue-nats` have one bucket, whatever name a component opens. Faults: invalid_argument.
Settings read_settings(const capability::Link& link, const OnFault& on_fault);

}  // namespace weft::providers::keyvalue
