#include "platform/claims/token.h"

#include <gtest/gtest.h>

#include "base/codec/corpus_test.h"
#include "base/crypto/jwt.h"
#include "platform/claims/embed.h"
#include "platform/claims/fixture_test.h"

namespace weft::claims {
namespace {

using codec::Json;
using crypto::KeyKind;
using testing::key;

Json component_json() {
    Json body;
    body.set("name", "hello").set("hash", std::string(64, 'A')).set("prov", false);
    Json claims;
    claims.set("jti", "x").set("iat", 1).set("iss", key(KeyKind::account).text());
    return claims.set("sub", key(KeyKind::module_).text()).set("wascap", std::move(body));
}

Json with(Json claims, std::string_view name, Json value) {
    return claims.set(name, std::move(value));
}

Json with_body(Json claims, std::string_view name, Json value) {
    Json body = *claims.find("wascap");
    return claims.set("wascap", body.set(name, std::move(value)));
}

Json without(const Json& claims, std::string_view name) {
    Json out = Json::Object();
    for (const auto& [member, value] : *claims.as_object())
        if (member != name) out.set(member, value);
    return out;
}

TEST(Token, WritesTheTextThatTheOriginalToolWrote) {
    const auto folder = codec::corpora_root() / "wasm-signed";
    WEFT_NEED_CORPUS(folder);
    std::vector<std::string> tokens;
    for (const std::string_view file :
         {"hello_cpp.signed.wasm", "echo_messaging_v0.9.0.wasm", "logger.wasm", "signed_loop.wasm",
          "pinger_s.wasm", "ponger_s.wasm"}) {
        const auto wasm = codec::read_whole_file(folder / file);
        tokens.emplace_back(scan_tokens(as_bytes(wasm)).value().found.at(0).token);
    }
    for (const std::string_view file :
         {"token_account.json", "token_operator.json", "token_provider.json"})
        tokens.push_back(codec::parse_json(codec::read_whole_file(folder / file))
                             .value()
                             .get_string("token")
                             .value());

    for (const auto& text : tokens) {
        const auto jwt = crypto::decode_jwt(text).value();
        EXPECT_TRUE(crypto::verify_jwt(jwt)) << text;
        const auto token = read_token(jwt.claims);
        ASSERT_TRUE(token) << token.error().message;
        EXPECT_EQ(codec::write_json(write_token(*token)), as_text(jwt.jws.payload));
    }
}

TEST(Token, ReadsEveryFieldOfAComponent) {
    auto json = component_json();
    json = with_body(json, "tags", Json(Json::Array{Json("a")}));
    json = with_body(json, "caps", Json(Json::Array{Json("wasi:http"), Json("")}));
    json = with_body(json, "rev", 7);
    json = with_body(json, "ver", "0.1.0");
    json = with_body(json, "call_alias", "a/b");
    json = with_body(json, "prov", true);
    json = with(with(with(json, "exp", 20), "nbf", 10), "wascap_revision", 3);

    const auto token = read_token(json).value();

    const auto& claims = std::get<ComponentClaims>(token.body);
    EXPECT_EQ(token.head.expires_at, 20);
    EXPECT_EQ(token.head.not_before, 10);
    EXPECT_EQ(token.head.issued_at, 1);
    EXPECT_EQ(token.head.revision, 3);
    EXPECT_EQ(token.head.subject, key(KeyKind::module_));
    EXPECT_EQ(claims.tags, std::vector<std::string>{"a"});
    EXPECT_EQ(claims.caps, (std::vector<std::string>{"wasi:http", ""}));
    EXPECT_EQ(claims.rev, 7);
    EXPECT_EQ(claims.version, "0.1.0");
    EXPECT_EQ(claims.call_alias, "a/b");
    EXPECT_TRUE(claims.is_provider);
}

TEST(Token, PassesOverMembersThatItDoesNotKnow) {
    EXPECT_TRUE(read_token(with_body(with(component_json(), "aud", "x"), "later", 1)));
}

TEST(Token, RefusesMalformedClaims) {
    const auto good = component_json();
    ASSERT_TRUE(read_token(good));
    const auto provider = with(good, "sub", key(KeyKind::provider).text());
    const auto vendor = with_body(provider, "vendor", "weft");
    const auto signer = with(good, "sub", key(KeyKind::account).text());
    const Json cases[] = {
        Json(nullptr),
        without(good, "jti"),
        without(good, "iat"),
        without(good, "iss"),
        without(good, "sub"),
        without(good, "wascap"),
        with(good, "wascap", Json::Array{}),
        with(good, "jti", 1),
        with(good, "iat", -1),
        with(good, "iat", 1.5),
        with(good, "iss", "A"),
        with(good, "sub", ""),
        with(good, "exp", "1"),
        with(good, "exp", -1),
        with(good, "exp", 18446744073709551615U),
        with(good, "nbf", true),
        with(good, "wascap_revision", "3"),
        with(good, "wascap_revision", -3),
        with_body(good, "hash", nullptr),
        with_body(good, "hash", "aa"),
        with_body(good, "hash", std::string(64, 'a')),
        with_body(good, "rev", 2147483648),
        with_body(good, "rev", -1),
        with_body(good, "caps", "wasi:http"),
        with_body(good, "caps", Json(Json::Array{Json(1)})),
        with_body(good, "tags", Json::Object{}),
        with_body(good, "prov", "no"),
        with_body(good, "name", 1),
        provider,
        vendor,
        with_body(vendor, "target_hashes", Json(Json::Object{{"x86_64-linux", Json(1)}})),
        with_body(signer, "valid_signers", "A"),
    };
    for (const auto& json : cases) {
        const auto token = read_token(json);
        ASSERT_FALSE(token) << codec::write_json(json);
        EXPECT_EQ(token.error().slug.text(), "claims.token_malformed") << codec::write_json(json);
    }
}

TEST(Token, RefusesSubjectsThatHaveNoTokens) {
    for (const auto kind : {KeyKind::user, KeyKind::host, KeyKind::curve})
        EXPECT_EQ(read_token(with(component_json(), "sub", key(kind).text())).error().slug.text(),
                  "claims.subject_unsupported");
}

TEST(Token, WritesProvidersAndSignersSoThatTheyReadBack) {
    const TokenHead head{.id = "i",
                         .issued_at = 5,
                         .issuer = key(KeyKind::account),
                         .subject = key(KeyKind::provider),
                         .expires_at = 9,
                         .not_before = 6,
                         .revision = 3};
    const ProviderClaims provider{.name = "kv",
                                  .vendor = "weft",
                                  .rev = 2,
                                  .version = "1",
                                  .target_hashes = {{"x86_64-linux", "AA"}},
                                  .capability_id = "wasmcloud:keyvalue"};
    auto signer_head = head;
    signer_head.subject = key(KeyKind::account);
    const SignerClaims signer{.name = "team", .valid_signers = {key(KeyKind::account, 1).text()}};

    const auto provider_json = write_token({head, provider});
    const auto signer_json = write_token({signer_head, signer});

    EXPECT_EQ(write_token(read_token(provider_json).value()), provider_json);
    EXPECT_EQ(write_token(read_token(signer_json).value()), signer_json);
    EXPECT_EQ(std::get<ProviderClaims>(read_token(provider_json)->body).target_hashes,
              provider.target_hashes);
    EXPECT_EQ(std::get<SignerClaims>(read_token(signer_json)->body).valid_signers,
              signer.valid_signers);
}

}  // namespace
}  // namespace weft::claims
