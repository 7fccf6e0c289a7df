#include "platform/claims/verify.h"

#include "base/codec/component_interface.h"
#include "base/crypto/jwt.h"
#include "base/crypto/sha256.h"
#include "platform/claims/account.h"
#include "platform/claims/embed.h"
#include "platform/claims/module_hash.h"
#include "platform/claims/needs.h"
#include "platform/claims/validity.h"

namespace weft::claims {
namespace {

Failure refuse_unsigned(const TokenScan& scan) {
    if (scan.nested > 0)
        return fail(Errc::unauthenticated, "claims.unsigned",
                    "the binary carries no token of its own (the {} inside the binaries that it "
                    "holds do not count)",
                    scan.nested);
    return fail(Errc::unauthenticated, "claims.unsigned",
                "the binary is not signed, and this host runs signed code only");
}

/// A component's token, issued by an account.
Result<ComponentClaims> component_of(const Token& token) {
    const auto* claims = std::get_if<ComponentClaims>(&token.body);
    if (claims == nullptr)
        return fail(
            Errc::unauthenticated, "claims.subject_wrong",
            "the token belongs to '{}', which is not a component; embed a component's token",
            token.head.subject.text());
    if (token.head.issuer.kind() != crypto::KeyKind::account)
        return fail(Errc::unauthenticated, "claims.issuer_wrong",
                    "the token is signed by '{}', a key of the kind '{}'; accounts sign components",
                    token.head.issuer.text(), crypto::key_kind_row(token.head.issuer.kind()).name);
    return *claims;
}

Result<void> check_hash(BytesView wasm, const Token& token, const ComponentClaims& claims) {
    TRY(const auto hash, module_hash(wasm, hash_rule(token.head.revision)));
    if (hash == claims.hash) return ok();
    return fail(Errc::unauthenticated, "claims.hash_mismatch",
                "the token was made for other content: its hash is '{}', that of this binary is "
                "'{}'; fetch the artefact again, or sign what you have",
                claims.hash, hash);
}

/// Says of an issuer that nobody trusts how it could be: for good, for all that the component asks
/// for, or for one run.
Failure refuse_issuer(Error error, const TrustPolicy& policy, const Token& token,
                      const std::vector<Need>& needs) {
    if (error.slug != Slug("claims.issuer_unknown")) return Failure(std::move(error));
    auto grants = std::get<ComponentClaims>(token.body).caps.value_or(std::vector<std::string>());
    if (grants.empty()) grants = find_uncovered(needs, Capabilities());
    // What needs nothing runs when its issuer may grant anything at all.
    if (grants.empty()) grants.emplace_back("wasi:cli");
    error.message += fmt::format(
        "; trust it from now on with '{} {}', or for one run with the option '--trust "
        "{}'",
        trust_command(policy, token.head.issuer), grant_options(grants), token.head.issuer.text());
    return Failure(std::move(error));
}

EffectiveCapabilities capabilities_of(const ComponentClaims& claims, const TrustedIssuer& issuer) {
    auto granted = Capabilities::of_grants(issuer.grants);
    if (claims.caps) return {Capabilities(*claims.caps), std::move(granted)};
    if (issuer.unstated == Unstated::all) return {granted, granted};
    return {Capabilities(), std::move(granted)};
}

/// A binary that may run except for what it needs.
struct Proven {
    Admission admission;
    std::vector<Need> needs;
    bool must_need_nothing = false;
};

Result<Proven> prove(BytesView wasm, const TrustPolicy& policy, UnixSeconds now) {
    TRY(const auto scan, scan_tokens(wasm));
    TRY(const auto section, only_token(scan));
    Proven out;
    auto& admission = out.admission;
    admission.digest = crypto::sha256_digest_text(crypto::sha256(wasm));
    if (!section) {
        if (policy.unsigned_code == UnsignedCode::deny) return refuse_unsigned(scan);
        admission.capabilities = {Capabilities::everything(), Capabilities::everything()};
        return out;
    }

    TRY(const auto jwt, crypto::decode_jwt(section->token));
    CHECK(crypto::verify_jwt(jwt));
    TRY(const auto token, read_token(jwt.claims));
    TRY(admission.claims, component_of(token));
    CHECK(check_hash(wasm, token, admission.claims));
    CHECK(check_validity(token.head, now));

    CHECK(check_not_revoked(policy, token.head.subject));
    TRY(const auto interface, codec::read_interface(wasm));
    TRY(out.needs, find_needs(interface));
    auto issuer = find_issuer(policy, token.head.issuer, now);
    if (!issuer) return refuse_issuer(std::move(issuer).error(), policy, token, out.needs);
    admission.issuer_name = issuer->name;
    admission.trust_command = trust_command(policy, token.head.issuer);
    admission.capabilities = capabilities_of(admission.claims, *issuer);
    admission.head = token.head;
    out.must_need_nothing = !admission.claims.caps && issuer->unstated == Unstated::none;
    return out;
}

}  // namespace

Result<Admission> admit(BytesView wasm, const TrustPolicy& policy, UnixSeconds now) {
    TRY(auto proven, prove(wasm, policy, now));
    auto& admission = proven.admission;
    if (!admission.is_signed()) return std::move(admission);
    if (proven.must_need_nothing) CHECK(check_needs_unstated(proven.needs));
    CHECK(check_needs(proven.needs, admission.capabilities,
                      {.caps = admission.claims.caps.value_or(std::vector<std::string>()),
                       .issuer_name = admission.issuer_name,
                       .trust_command = admission.trust_command}));
    return std::move(admission);
}

Result<std::vector<ExplainedNeed>> explain_needs(BytesView wasm, const TrustPolicy& policy,
                                                 UnixSeconds now) {
    TRY(auto proven, prove(wasm, policy, now));
    if (!proven.admission.is_signed()) {
        TRY(const auto interface, codec::read_interface(wasm));
        TRY(proven.needs, find_needs(interface));
    }
    const auto& capabilities = proven.admission.capabilities;
    std::vector<ExplainedNeed> out;
    for (auto& need : proven.needs) {
        const bool is_claimed = capabilities.claimed.covers(need.interface);
        const bool is_granted = capabilities.granted.covers(need.interface);
        out.push_back({std::move(need), is_claimed, is_granted});
    }
    return out;
}

}  // namespace weft::claims
