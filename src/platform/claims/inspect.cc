#include "platform/claims/inspect.h"

#include <ranges>

#include "base/crypto/jwt.h"
#include "base/crypto/sha256.h"
#include "platform/claims/embed.h"
#include "platform/claims/module_hash.h"
#include "platform/claims/needs.h"
#include "platform/claims/validity.h"

namespace weft::claims {
namespace {

using codec::Json;

/// What inspecting each token of one binary needs to know.
struct Subject {
    BytesView wasm;
    std::vector<Need> needs;
    UnixSeconds now = 0;
};

TokenReport report_token(const TokenSection& section, const Subject& subject) {
    TokenReport out;
    out.section = section.name;
    const auto jwt = crypto::decode_jwt(section.token);
    if (!jwt) {
        out.problem = jwt.error().message;
        return out;
    }
    out.text = section.token;
    const auto signer = crypto::verify_jwt(*jwt);
    out.signature_valid = signer.has_value();
    if (!signer) out.problem = signer.error().message;
    auto token = read_token(jwt->claims);
    if (!token) {
        out.problem = token.error().message;
        return out;
    }
    const auto* claims = std::get_if<ComponentClaims>(&token->body);
    if (claims != nullptr) {
        const auto hash = module_hash(subject.wasm, hash_rule(token->head.revision));
        out.hash_valid = hash && *hash == claims->hash;
        out.unclaimed = find_uncovered(
            subject.needs, Capabilities(claims->caps.value_or(std::vector<std::string>())));
    } else {
        out.problem = "the token is not a component's";
    }
    out.expired = is_expired(token->head, subject.now);
    out.too_early = is_too_early(token->head, subject.now);
    out.token = std::move(*token);
    return out;
}

Json strings(const std::vector<std::string>& list) {
    Json out = Json::Array();
    for (const auto& text : list) out.push(text);
    return out;
}

Json token_json(const TokenReport& report) {
    Json out = Json::Object();
    out.set("section", report.section).set("valid", report.is_valid());
    out.set("signature_valid", report.signature_valid).set("hash_valid", report.hash_valid);
    out.set("expired", report.expired).set("too_early", report.too_early);
    if (!report.problem.empty()) out.set("problem", report.problem);
    if (report.token) {
        if (!report.issuer_name.empty()) out.set("issuer_name", report.issuer_name);
        out.set("claims", write_token(*report.token)).set("unclaimed", strings(report.unclaimed));
        out.set("jwt", report.text);
    }
    return out;
}

}  // namespace

Result<Inspection> inspect(BytesView wasm, UnixSeconds now) {
    TRY(const auto scan, scan_tokens(wasm));
    Inspection out;
    out.digest = crypto::sha256_digest_text(crypto::sha256(wasm));
    out.bytes = wasm.size();
    out.nested_tokens = scan.nested;
    TRY(out.interface, codec::read_interface(wasm));
    Subject subject{.wasm = wasm, .needs = {}, .now = now};
    auto needs = find_needs(out.interface);
    if (needs)
        subject.needs = std::move(*needs);
    else
        out.problem = needs.error().message;
    out.needs = find_uncovered(subject.needs, Capabilities());
    out.token_count = scan.found.size();
    for (const auto& section : scan.found | std::views::take(tokens_reported_max))
        out.tokens.push_back(report_token(section, subject));
    return out;
}

Json to_json(const Inspection& inspection) {
    Json imports = Json::Array();
    for (const auto& import : inspection.interface.imports)
        imports.push(import.module.empty() ? import.name : import.module + "." + import.name);
    Json exports = Json::Array();
    for (const auto& offered : inspection.interface.exports) exports.push(offered.name);
    Json tokens = Json::Array();
    for (const auto& report : inspection.tokens) tokens.push(token_json(report));

    Json out = Json::Object();
    out.set("kind", codec::wasm_kind_name(inspection.interface.kind));
    out.set("bytes", inspection.bytes).set("digest", inspection.digest);
    out.set("signed", inspection.token_count == 1 && inspection.tokens.front().is_valid());
    out.set("token_count", inspection.token_count);
    out.set("tokens", std::move(tokens)).set("nested_tokens", inspection.nested_tokens);
    out.set("imports", std::move(imports)).set("exports", std::move(exports));
    if (!inspection.problem.empty()) out.set("problem", inspection.problem);
    return out.set("needs", strings(inspection.needs));
}

}  // namespace weft::claims
