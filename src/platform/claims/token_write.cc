#include "platform/claims/token.h"

namespace weft::claims {
namespace {

using codec::Json;

Json write_strings(const std::vector<std::string>& strings) {
    Json out = Json::Array();
    for (const auto& text : strings) out.push(text);
    return out;
}

void set_unless_empty(Json& out, std::string_view key, const std::string& text) {
    if (!text.empty()) out.set(key, text);
}

Json write_body(const ComponentClaims& claims) {
    Json out = Json::Object();
    set_unless_empty(out, "name", claims.name);
    out.set("hash", claims.hash).set("tags", write_strings(claims.tags));
    if (claims.caps) out.set("caps", write_strings(*claims.caps));
    if (claims.rev) out.set("rev", *claims.rev);
    set_unless_empty(out, "ver", claims.version);
    set_unless_empty(out, "call_alias", claims.call_alias);
    return out.set("prov", claims.is_provider);
}

Json write_body(const ProviderClaims& claims) {
    Json out = Json::Object();
    set_unless_empty(out, "name", claims.name);
    set_unless_empty(out, "capid", claims.capability_id);
    out.set("vendor", claims.vendor);
    if (claims.rev) out.set("rev", *claims.rev);
    set_unless_empty(out, "ver", claims.version);
    Json hashes = Json::Object();
    for (const auto& [target, hash] : claims.target_hashes) hashes.set(target, hash);
    return out.set("target_hashes", std::move(hashes));
}

Json write_body(const SignerClaims& claims) {
    Json out = Json::Object();
    set_unless_empty(out, "name", claims.name);
    return out.set("valid_signers", write_strings(claims.valid_signers));
}

}  // namespace

Json write_token(const Token& token) {
    const auto& head = token.head;
    Json out = Json::Object();
    if (head.expires_at) out.set("exp", *head.expires_at);
    out.set("jti", head.id).set("iat", head.issued_at);
    out.set("iss", head.issuer.text()).set("sub", head.subject.text());
    if (head.not_before) out.set("nbf", *head.not_before);
    out.set("wascap", std::visit([](const auto& body) { return write_body(body); }, token.body));
    if (head.revision) out.set("wascap_revision", *head.revision);
    return out;
}

}  // namespace weft::claims
