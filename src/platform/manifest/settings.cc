#include "platform/manifest/settings.h"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/core/nearest.h"

namespace weft::manifest {
namespace {

using enum SettingUse;
using Owner = SettingOwner;

constexpr std::array table{
    Setting{"http-server", Owner::provider, "routing_mode", acted_on},
    Setting{"http-server", Owner::provider, "default_address", acted_on},
    Setting{"http-server", Owner::provider, "header", refused, "host"},
    Setting{"http-server", Owner::provider, "trusted_proxies", acted_on},
    Setting{"http-server", Owner::link_source, "address", acted_on},
    Setting{"http-server", Owner::link_source, "path", acted_on},
    Setting{"http-server", Owner::link_source, "host", acted_on},
    Setting{"http-server", Owner::link_source, "body_max", acted_on},
    Setting{"http-server", Owner::link_source, "tls_cert_file", refused},
    Setting{"http-server", Owner::link_source, "tls_priv_key_file", refused},
    Setting{"http-server", Owner::link_source, "readonly_mode", refused, "false"},
    Setting{"http-server", Owner::link_source, "cors_allowed_origins", refused},
    Setting{"http-server", Owner::link_source, "cors_allowed_headers", refused},
    Setting{"http-server", Owner::link_source, "cors_allowed_methods", refused},
    Setting{"http-server", Owner::link_source, "config_b64", refused},
    Setting{"http-server", Owner::link_source, "config_json", refused},
    Setting{"http-server", Owner::link_source, "cors_exposed_headers", not_yet},
    Setting{"http-server", Owner::link_source, "cors_max_age_secs", not_yet},
    Setting{"http-server", Owner::link_source, "cache_control", not_yet},
    Setting{"http-server", Owner::link_source, "timeout_ms", not_yet},
    Setting{"http-server", Owner::link_source, "disable_keepalive", not_yet, "false"},
    Setting{"keyvalue", Owner::provider_or_target, "backend", acted_on},
    Setting{"keyvalue", Owner::provider_or_target, "durability", acted_on},
    Setting{"keyvalue", Owner::provider_or_target, "bucket", acted_on},
    Setting{"keyvalue", Owner::provider_or_target, "value_bytes_max", acted_on},
    Setting{"keyvalue", Owner::provider_or_target, "keys_max", acted_on},
    Setting{"keyvalue", Owner::provider_or_target, "bytes_max", acted_on},
    Setting{"keyvalue-nats", Owner::provider_or_target, "cluster_uri", acted_on},
    Setting{"keyvalue-nats", Owner::provider_or_target, "js_domain", not_yet},
    Setting{"keyvalue-nats", Owner::provider_or_target, "client_jwt", not_yet},
    Setting{"keyvalue-nats", Owner::provider_or_target, "client_seed", not_yet},
    Setting{"keyvalue-nats", Owner::provider_or_target, "tls_ca", not_yet},
    Setting{"keyvalue-nats", Owner::provider_or_target, "tls_ca_file", not_yet},
    Setting{"keyvalue-nats", Owner::link_target, "enable_bucket_auto_create", not_yet, "true"},
    Setting{"keyvalue-redis", Owner::provider_or_target, "URL", acted_on},
    Setting{"keyvalue-redis", Owner::provider_or_target, "BACKEND_RECONNECT_NUM_RETRIES", not_yet},
    Setting{"keyvalue-redis", Owner::provider_or_target, "BACKEND_RECONNECT_MAX_DELAY_MS", not_yet},
    Setting{"keyvalue-redis", Owner::provider_or_target, "BACKEND_CONNECTION_TIMEOUT_MS", not_yet},
    Setting{"keyvalue-redis", Owner::provider_or_target, "BACKEND_RESPONSE_TIMEOUT_MS", not_yet},
    Setting{"keyvalue-redis", Owner::provider_or_target, "DISABLE_DEFAULT_CONNECTION", not_yet},
    Setting{"keyvalue-redis", Owner::provider_or_target, "SHARE_CONNECTIONS_BY_URL", not_yet},
    Setting{"keyvalue-vault", Owner::provider_or_target, "addr", acted_on},
    Setting{"keyvalue-vault", Owner::provider_or_target, "token", not_yet},
    Setting{"keyvalue-vault", Owner::provider_or_target, "mount", not_yet},
    Setting{"keyvalue-vault", Owner::provider_or_target, "certs", not_yet},
};

char small_letter(char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; }

std::string small_letters(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), small_letter);
    return out;
}

/// Whether a provider of that name has the setting: its own, or one of its contract.
bool is_of(const Setting& setting, std::string_view provider) {
    return provider.starts_with(setting.provider) &&
           (provider.size() == setting.provider.size() || provider[setting.provider.size()] == '-');
}

bool stands_in(const Setting& setting, Owner owner) {
    return setting.owner == owner ||
           (setting.owner == Owner::provider_or_target && owner != Owner::link_source);
}

const Setting* find(std::string_view provider, SettingOwner owner, std::string_view name) {
    const auto* const row = std::ranges::find_if(table, [&](const Setting& setting) {
        return is_of(setting, provider) && stands_in(setting, owner) &&
               same_setting(setting.name, name);
    });
    return row == table.end() ? nullptr : row;
}

bool asks_for_nothing(const Setting& setting, std::string_view value) {
    return value.empty() || same_setting(value, setting.harmless);
}

std::string_view place_of(Owner owner) {
    switch (owner) {
        case Owner::provider:
        case Owner::provider_or_target: return "configuration of the provider itself";
        case Owner::link_source: return "source configuration of its links";
        case Owner::link_target: break;
    }
    return "target configuration of its links";
}

/// A configuration of a provider of this name, and where it stands.
struct Owned {
    std::string_view provider;
    Owner owner;
    const Config* config;
};

void report_unknown(const Owned& owned, const std::string& key, Findings& findings) {
    std::vector<std::string_view> names;
    for (const auto& row : table) {
        if (!is_of(row, owned.provider)) continue;
        if (same_setting(row.name, key))
            return findings.warn(
                "manifest.setting_misplaced", owned.config->property_places.at(key),
                fmt::format("setting {} of {} has no effect here; it belongs in the {}",
                            quoted(key), owned.provider, place_of(row.owner)));
        if (stands_in(row, owned.owner)) names.push_back(row.name);
    }
    const auto close = nearest(key, names);
    findings.warn("manifest.setting_unknown", owned.config->property_places.at(key),
                  fmt::format("{} has no setting {}{}", owned.provider, quoted(key),
                              close.empty() ? "" : fmt::format("; did you mean '{}'?", close)),
                  close);
}

void check(const Owned& owned, const std::string& key, const std::string& value,
           Findings& findings) {
    const auto* const row = find(owned.provider, owned.owner, key);
    if (row == nullptr) return report_unknown(owned, key, findings);
    const auto& place = owned.config->property_places.at(key);
    if (const auto checked = check_setting(owned.provider, owned.owner, key, value); !checked)
        findings.error(checked.error(), place);
    else if (row->use == not_yet && !asks_for_nothing(*row, value))
        findings.warn("manifest.setting_ignored", place,
                      fmt::format("setting {} of {} has no effect in this version; take it out",
                                  quoted(key), owned.provider));
}

void check_all(std::string_view provider, Owner owner, const std::vector<Config>& configs,
               Findings& findings) {
    for (const auto& config : configs) {
        if (!config.properties) continue;
        std::set<std::string> names;
        for (const auto& [key, value] : *config.properties) {
            check({provider, owner, &config}, key, value, findings);
            if (!names.insert(small_letters(key)).second)
                findings.warn("manifest.setting_repeated", config.property_places.at(key),
                              fmt::format("setting {} stands here twice, for its case does not "
                                          "count; take one out",
                                          quoted(key)));
        }
    }
}

/// The name of a built-in provider that has settings, or empty.
std::string_view provider_name(const Component* component) {
    const bool is_provider =
        component != nullptr && component->kind == Component::Kind::capability && component->image;
    if (!is_provider || !component->image->builtin) return {};
    const auto name = component->image->builtin->name;
    return std::ranges::any_of(table, [&](const auto& row) { return is_of(row, name); })
               ? name
               : std::string_view();
}

}  // namespace

std::span<const Setting> settings() { return table; }

bool same_setting(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, small_letter, small_letter);
}

Result<void> check_setting(std::string_view provider, SettingOwner owner, std::string_view name,
                           std::string_view value) {
    const auto* const row = find(provider, owner, name);
    if (row == nullptr || row->use != refused || asks_for_nothing(*row, value)) return ok();
    return fail(Errc::unsupported, "manifest.setting_unsupported",
                "this version cannot do what setting '{}' of {} asks for, and does not serve "
                "without it; take it out",
                name, provider);
}

void validate_settings(const Application& application, Findings& findings) {
    for (const auto& component : application.components) {
        const auto own = provider_name(&component);
        if (!own.empty()) check_all(own, Owner::provider, component.configs, findings);
        for (const auto& link : component.links) {
            // A provider that calls components has links of its own; to another, components link.
            const auto name = own.empty() ? provider_name(application.find(link.target)) : own;
            if (name.empty()) continue;
            check_all(name, Owner::link_source, link.source_end.configs, findings);
            check_all(name, Owner::link_target, link.target_end.configs, findings);
        }
    }
}

}  // namespace weft::manifest
