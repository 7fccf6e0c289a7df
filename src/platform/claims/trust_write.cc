#include "base/codec/yaml_write.h"
#include "platform/claims/trust.h"

namespace weft::claims {
namespace {

using codec::yaml_entry;
using codec::yaml_string;
using codec::YamlEntry;
using codec::YamlNode;

YamlNode write_strings(const std::vector<std::string>& strings) {
    std::vector<YamlNode> items;
    items.reserve(strings.size());
    for (const auto& text : strings) items.push_back(yaml_string(text));
    return codec::yaml_sequence(std::move(items));
}

YamlNode write_issuers(const std::vector<TrustedIssuer>& issuers) {
    std::vector<YamlNode> items;
    for (const auto& issuer : issuers) {
        std::vector<YamlEntry> entries;
        entries.push_back(yaml_entry("key", yaml_string(issuer.key.text())));
        if (!issuer.name.empty()) entries.push_back(yaml_entry("name", yaml_string(issuer.name)));
        entries.push_back(yaml_entry("grants", write_strings(issuer.grants)));
        if (issuer.unstated == Unstated::all)
            entries.push_back(yaml_entry("unstated", yaml_string("all")));
        items.push_back(codec::yaml_mapping(std::move(entries)));
    }
    return codec::yaml_sequence(std::move(items));
}

}  // namespace

std::string write_trust(const TrustPolicy& policy) {
    std::vector<YamlEntry> entries;
    entries.push_back(yaml_entry("issuers", write_issuers(policy.issuers)));
    entries.push_back(yaml_entry("operators", write_issuers(policy.operators)));
    if (!policy.accounts.empty())
        entries.push_back(yaml_entry("accounts", write_strings(policy.accounts)));
    if (!policy.revoked.empty()) {
        std::vector<std::string> keys;
        keys.reserve(policy.revoked.size());
        for (const auto& key : policy.revoked) keys.push_back(key.text());
        entries.push_back(yaml_entry("revoked", write_strings(keys)));
    }
    const bool allow = policy.unsigned_code == UnsignedCode::allow;
    entries.push_back(yaml_entry("unsigned", yaml_string(allow ? "allow" : "deny")));
    return codec::write_yaml(codec::yaml_mapping(std::move(entries)));
}

}  // namespace weft::claims
