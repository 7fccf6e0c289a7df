#include <array>

#include "platform/manifest/read.h"

namespace weft::manifest {
namespace {

constexpr std::array<std::string_view, 2> entry_keys{"name", "properties"};
constexpr std::array<std::string_view, 4> secret_keys{"policy", "key", "field", "version"};

}  // namespace

std::vector<Config> read_configs(const NodeReader& reader, const Node& list) {
    std::vector<Config> configs;
    for (const auto& item : reader.items(list)) {
        if (!reader.is_mapping(item)) continue;
        reader.check_keys(item, entry_keys, UnknownKey::error);
        Config config{reader.required_text(item, "name"), {}, item.place()};
        if (const auto properties = reader.find(item, "properties")) {
            config.properties = reader.text_map(*properties);
            for (const auto& entry : properties->yaml->entries)
                config.property_places[entry.key] = {entry.value.mark,
                                                     key_path(properties->path, entry.key)};
        }
        configs.push_back(std::move(config));
    }
    return configs;
}

std::vector<Secret> read_secrets(const NodeReader& reader, const Node& list) {
    std::vector<Secret> secrets;
    for (const auto& item : reader.items(list)) {
        if (!reader.is_mapping(item)) continue;
        reader.check_keys(item, entry_keys, UnknownKey::ignored);
        Secret secret;
        secret.name = reader.required_text(item, "name");
        secret.place = item.place();
        const auto properties = reader.require(item, "properties");
        if (properties && reader.is_mapping(*properties)) {
            reader.check_keys(*properties, secret_keys, UnknownKey::ignored);
            secret.policy = reader.required_text(*properties, "policy");
            secret.key = reader.required_text(*properties, "key");
            secret.field = reader.optional_text(*properties, "field");
            secret.version = reader.optional_text(*properties, "version");
        }
        secrets.push_back(std::move(secret));
    }
    return secrets;
}

}  // namespace weft::manifest
