#include <algorithm>
#include <array>
#include <span>

#include "base/codec/yaml.h"
#include "base/core/nearest.h"
#include "platform/claims/account.h"
#include "platform/claims/capability.h"
#include "platform/claims/contains.h"
#include "platform/claims/trust.h"

namespace weft::claims {
namespace {

using codec::YamlNode;
using crypto::KeyKind;

constexpr std::array<std::string_view, 5> policy_keys = {"issuers", "operators", "accounts",
                                                         "revoked", "unsigned"};
constexpr std::array<std::string_view, 4> issuer_keys = {"key", "name", "grants", "unstated"};

/// What is wrong, and where.
Failure invalid(const YamlNode& at, std::string_view cause) {
    return fail(Errc::invalid_argument, "trust.value_invalid", "line {}, column {}: {}",
                at.mark.line, at.mark.column, cause);
}

/// Of a mapping, or null, which counts as an empty one.
Result<void> check_keys(const YamlNode& node, std::string_view what,
                        std::span<const std::string_view> known) {
    if (node.is_null()) return ok();
    if (!node.is_mapping()) return invalid(node, std::string(what) + " is not a mapping of keys");
    for (const auto& entry : node.entries) {
        if (contains(known, entry.key)) continue;
        const auto close = nearest(entry.key, known);
        return fail(Errc::invalid_argument, "trust.key_unknown",
                    "line {}, column {}: {} has no key '{}'; {} '{}'", entry.key_mark.line,
                    entry.key_mark.column, what, entry.key,
                    close.empty() ? "the first that it has is" : "did you mean",
                    close.empty() ? known.front() : close);
    }
    return ok();
}

Result<std::string> read_text(const YamlNode& node, std::string_view what) {
    const auto* text = node.as_string();
    if (text == nullptr) return invalid(node, std::string(what) + " is not text");
    return *text;
}

/// The items of a list; an absent or empty value has none.
Result<std::span<const YamlNode>> read_list(const YamlNode* node, std::string_view what) {
    if (node == nullptr || node->is_null()) return std::span<const YamlNode>();
    if (!node->is_sequence()) return invalid(*node, "'" + std::string(what) + "' is not a list");
    if (node->items.size() > trust_entries_max)
        return fail(Errc::exhausted, "trust.entries_exceeded",
                    "line {}, column {}: '{}' has {} entries, the limit is {}", node->mark.line,
                    node->mark.column, what, node->items.size(), trust_entries_max);
    return std::span<const YamlNode>(node->items);
}

/// One of two words; the first when there is none.
Result<bool> is_second(const YamlNode* node, std::string_view key,
                       const std::array<std::string_view, 2>& words) {
    if (node == nullptr || node->is_null()) return false;
    const auto* text = node->as_string();
    if (text != nullptr && *text == words[0]) return false;
    if (text != nullptr && *text == words[1]) return true;
    return invalid(*node, "'" + std::string(key) + "' is neither '" + std::string(words[0]) +
                              "' nor '" + std::string(words[1]) + "'");
}

Result<crypto::PublicKey> read_key(const YamlNode& node, KeyKind kind) {
    TRY(const auto text, read_text(node, "the key"));
    auto key = crypto::PublicKey::parse_as(kind, text);
    if (!key) return invalid(node, key.error().message);
    return key;
}

Result<std::vector<std::string>> read_grants(const YamlNode* node) {
    TRY(const auto items, read_list(node, "grants"));
    std::vector<std::string> grants;
    for (const auto& item : items) {
        TRY(auto grant, read_text(item, "the grant"));
        const auto checked = grant == every_capability ? ok() : check_capability_name(grant);
        if (!checked) return invalid(item, checked.error().message);
        grants.push_back(std::move(grant));
    }
    const auto checked = check_grants(grants);
    if (!checked) return invalid(*node, checked.error().message);
    return grants;
}

Result<TrustedIssuer> read_issuer(const YamlNode& node, KeyKind kind) {
    if (kind == KeyKind::operator_ && node.is_scalar()) {
        TRY(const auto key, read_key(node, kind));
        return TrustedIssuer{.key = key, .name = {}, .grants = {}};
    }
    CHECK(check_keys(node, "the entry", issuer_keys));
    const auto* key_node = node.find("key");
    if (key_node == nullptr) return invalid(node, "the entry has no 'key'");
    TRY(const auto key, read_key(*key_node, kind));
    TrustedIssuer out{.key = key, .name = {}, .grants = {}};
    if (const auto* name = node.find("name")) {
        TRY(out.name, read_text(*name, "'name'"));
    }
    TRY(out.grants, read_grants(node.find("grants")));
    TRY(const bool all, is_second(node.find("unstated"), "unstated", {"none", "all"}));
    out.unstated = all ? Unstated::all : Unstated::none;
    return out;
}

Result<std::vector<TrustedIssuer>> read_issuers(const YamlNode& root, std::string_view key,
                                                KeyKind kind) {
    TRY(const auto items, read_list(root.find(key), key));
    std::vector<TrustedIssuer> out;
    for (const auto& item : items) {
        TRY(auto issuer, read_issuer(item, kind));
        if (contains(out, issuer.key, &TrustedIssuer::key))
            return invalid(item, "the key '" + issuer.key.text() + "' has an entry already");
        out.push_back(std::move(issuer));
    }
    return out;
}

Result<std::vector<std::string>> read_accounts(const YamlNode& root) {
    TRY(const auto items, read_list(root.find("accounts"), "accounts"));
    std::vector<std::string> out;
    for (const auto& item : items) {
        TRY(auto text, read_text(item, "the account's token"));
        const auto account = read_account(text);
        if (!account) return invalid(item, account.error().message);
        out.push_back(std::move(text));
    }
    return out;
}

Result<std::vector<crypto::PublicKey>> read_revoked(const YamlNode& root) {
    TRY(const auto items, read_list(root.find("revoked"), "revoked"));
    std::vector<crypto::PublicKey> out;
    for (const auto& item : items) {
        TRY(const auto text, read_text(item, "the key"));
        const auto key = crypto::PublicKey::parse(text);
        if (!key) return invalid(item, key.error().message);
        out.push_back(*key);
    }
    return out;
}

}  // namespace

Result<TrustPolicy> read_trust(std::string_view text) {
    TRY(const auto documents, codec::parse_yaml_documents(text, {.documents_max = 1}));
    TrustPolicy policy;
    if (documents.empty()) return policy;
    const auto& root = documents.front();
    CHECK(check_keys(root, "a trust file", policy_keys));
    TRY(policy.issuers, read_issuers(root, "issuers", KeyKind::account));
    TRY(policy.operators, read_issuers(root, "operators", KeyKind::operator_));
    TRY(policy.accounts, read_accounts(root));
    TRY(policy.revoked, read_revoked(root));
    TRY(const bool allow, is_second(root.find("unsigned"), "unsigned", {"deny", "allow"}));
    policy.unsigned_code = allow ? UnsignedCode::allow : UnsignedCode::deny;
    return policy;
}

}  // namespace weft::claims
