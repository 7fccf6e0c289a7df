#include "platform/manifest/validate.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "platform/manifest/node_reader.h"

namespace weft::manifest {
namespace {

constexpr std::size_t name_bytes_max = 128;
constexpr std::string_view secret_policy_type = "policy.secret.wasmcloud.dev/v1alpha1";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alnum(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

bool is_application_name(std::string_view name) {
    return name.size() <= name_bytes_max &&
           std::ranges::all_of(name, [](char c) { return is_alnum(c) || c == '-' || c == '_'; });
}

/// OAM label name: up to 63 of letters, digits, '-', '_', '.', with a letter or digit at both ends.
bool is_label_name(std::string_view name) {
    return !name.empty() && name.size() <= 63 && is_alnum(name.front()) && is_alnum(name.back()) &&
           std::ranges::all_of(
               name, [](char c) { return is_alnum(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_dns_part(std::string_view part) {
    return !part.empty() && part.size() <= 63 && is_letter(part.front()) && is_alnum(part.back()) &&
           std::ranges::all_of(part, [](char c) { return is_alnum(c) || c == '-'; });
}

/// `name` or `dns.sub.domain/name`.
bool is_label_key(std::string_view key) {
    const auto slash = key.find('/');
    if (slash == std::string_view::npos) return is_label_name(key);
    auto domain = key.substr(0, slash);
    if (domain.size() > 253 || !is_label_name(key.substr(slash + 1))) return false;
    for (auto dot = domain.find('.'); dot != std::string_view::npos; dot = domain.find('.')) {
        if (!is_dns_part(domain.substr(0, dot))) return false;
        domain.remove_prefix(dot + 1);
    }
    return is_dns_part(domain);
}

void check_labels(const TextMap& labels, const Place& place, Findings& findings) {
    for (const auto& [key, value] : labels)
        if (!is_label_key(key))
            findings.error(
                "manifest.label_invalid", place,
                fmt::format("key {} is not a label; write 'name' or 'domain/name' of letters, "
                            "digits, '-', '_' and '.'",
                            quoted(key)));
}

void check_source(const Component& component, Findings& findings) {
    const auto& place = component.place;
    const auto name = quoted(component.name);
    if (!component.image && !component.shared)
        findings.error("manifest.image_missing", place,
                       fmt::format("component {} has neither 'image' nor 'application'", name));
    if (!component.shared) return;
    const bool has_own = !component.configs.empty() || !component.secrets.empty();
    if (component.image)
        findings.error(
            "manifest.image_and_application", place,
            fmt::format("component {} has both 'image' and 'application'; keep one", name));
    else if (has_own || component.scaler)
        findings.error("manifest.shared_component_changed", place,
                       fmt::format("component {} is run by application {}, so config, secrets and "
                                   "scalers belong there",
                                   name, quoted(component.shared->application)));
}

void check_weft_traits(const Component& component, Findings& findings) {
    if (component.kind == Component::Kind::component && !component.shared) return;
    const auto refuse = [&](const std::optional<Place>& place, std::string_view type) {
        if (place)
            findings.error(
                "manifest.trait_misplaced", *place,
                fmt::format("trait '{}' is for components that this application runs", type));
    };
    refuse(component.pool_place, "pool");
    refuse(component.limits_place, "limits");
    if (component.rollout) refuse(component.rollout->place, "rollout");
}

void check_secret(const Secret& secret, const std::map<std::string_view, const Policy*>& policies,
                  Findings& findings) {
    if (secret.policy.empty()) return;
    const auto found = policies.find(secret.policy);
    if (found == policies.end())
        findings.error("manifest.policy_missing", secret.place,
                       fmt::format("secret {} names policy {}, which is not in spec.policies",
                                   quoted(secret.name), quoted(secret.policy)));
    else if (found->second->type != secret_policy_type)
        findings.error("manifest.policy_type_wrong", secret.place,
                       fmt::format("secret {} names policy {}, whose type must be '{}'",
                                   quoted(secret.name), quoted(secret.policy), secret_policy_type));
    else if (!found->second->properties.contains("backend"))
        findings.error("manifest.policy_backend_missing", secret.place,
                       fmt::format("secret {} names policy {}, which has no property 'backend'",
                                   quoted(secret.name), quoted(secret.policy)));
}

}  // namespace

void validate_metadata(const Application& application, Findings& findings) {
    const auto& place = application.metadata_place;
    if (!application.name.empty() && !is_application_name(application.name))
        findings.error(
            "manifest.name_invalid", place,
            fmt::format("application name {} must be up to {} letters, digits, '-' and '_'",
                        quoted(application.name), name_bytes_max));
    if (application.version == "latest")
        findings.error("manifest.version_latest", place,
                       "version 'latest' is not allowed; name a version such as 'v0.1.0'");
    check_labels(application.labels, place, findings);
    check_labels(application.annotations, place, findings);
}

void validate_components(const Application& application, Findings& findings) {
    std::set<std::string_view> names;
    std::set<std::string_view> ids;
    for (const auto& component : application.components) {
        if (!component.name.empty() && !names.insert(component.name).second)
            findings.error("manifest.component_repeated", component.place,
                           fmt::format("there is another component {} before; rename one",
                                       quoted(component.name)));
        if (component.id && !ids.insert(*component.id).second)
            findings.error("manifest.id_repeated", component.place,
                           fmt::format("another component has id {} too; ids are unique",
                                       quoted(*component.id)));
        if (!component.name.empty()) check_source(component, findings);
        check_weft_traits(component, findings);
    }
}

void validate_secrets(const Application& application, Findings& findings) {
    std::map<std::string_view, const Policy*> policies;
    for (const auto& policy : application.policies) policies[policy.name] = &policy;
    for (const auto& component : application.components) {
        for (const auto& secret : component.secrets) check_secret(secret, policies, findings);
        for (const auto& link : component.links) {
            for (const auto& secret : link.source_end.secrets)
                check_secret(secret, policies, findings);
            for (const auto& secret : link.target_end.secrets)
                check_secret(secret, policies, findings);
        }
    }
}

void validate(const Application& application, Findings& findings) {
    validate_metadata(application, findings);
    validate_components(application, findings);
    validate_secrets(application, findings);
    validate_links(application, findings);
}

}  // namespace weft::manifest
