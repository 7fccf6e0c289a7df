// Ways around the check, one table each: issuer, transplant, sections, token form, time, names.

#include "platform/claims/verify.h"

#include <gtest/gtest.h>

#include "base/codec/base32.h"
#include "base/codec/base64url.h"
#include "base/crypto/crc16.h"
#include "base/crypto/jwt.h"
#include "base/crypto/sha256.h"
#include "base/crypto/small_order_test.h"
#include "platform/claims/embed.h"
#include "platform/claims/fixture_test.h"
#include "platform/claims/module_hash.h"

namespace weft::claims {
namespace {

using crypto::KeyKind;
using testing::component;
using testing::key;
using testing::now;
using testing::seed;
using testing::trusting;

Bytes http_component(std::string_view salt = "") {
    return component({{"wasi:http/types@0.2.0"}, {"wasi:io/streams@0.2.0"}},
                     {{"wasi:http/incoming-handler@0.2.0"}}, salt);
}

std::string slug_of(BytesView wasm, const TrustPolicy& policy = trusting(), UnixSeconds at = now) {
    const auto admission = admit(wasm, policy, at);
    return admission ? "admitted" : std::string(admission.error().slug.text());
}

/// What the tests vary in a token that is otherwise right.
struct Forgery {
    KeyKind issuer = KeyKind::account;
    KeyKind subject = KeyKind::module_;
    std::optional<std::int64_t> revision = 3;
    std::string hash = {};
};

std::string forge(const Forgery& forgery) {
    return sign_token({.head = {.id = "i",
                                .issued_at = now,
                                .issuer = key(forgery.issuer),
                                .subject = key(forgery.subject),
                                .revision = forgery.revision},
                       .body = ComponentClaims{.name = {},
                                               .hash = forgery.hash,
                                               .tags = {},
                                               .caps = std::vector<std::string>{"wasi:http"}}},
                      seed(forgery.issuer))
        .value();
}

std::string hash_of(BytesView wasm) { return module_hash(wasm, HashRule::rebuild).value(); }

TEST(Admit, TellsWhatItAdmitted) {
    const auto wasm = testing::sign(http_component());

    const auto admission = admit(wasm, trusting(), now);

    ASSERT_TRUE(admission) << admission.error().message;
    EXPECT_TRUE(admission->is_signed());
    EXPECT_EQ(admission->digest, crypto::sha256_digest_text(crypto::sha256(wasm)));
    EXPECT_EQ(admission->head->subject, key(KeyKind::module_));
    EXPECT_EQ(admission->head->issuer, key(KeyKind::account));
    EXPECT_EQ(admission->issuer_name, "payments team");
    EXPECT_EQ(admission->claims.name, "hello");
    EXPECT_EQ(admission->rev(), 3);
    const auto allows = [&](std::string_view text) {
        return admission->capabilities.allows(codec::parse_interface_name(text).value());
    };
    EXPECT_TRUE(allows("wasi:http/outgoing-handler@0.2.0"));
    EXPECT_FALSE(allows("wasi:keyvalue/store"));
    EXPECT_FALSE(allows("wasi:filesystem/preopens"));
}

TEST(Admit, UnsignedCodeIsRefusedUnlessThePolicyAllowsIt) {
    EXPECT_EQ(slug_of(http_component()), "claims.unsigned");
    EXPECT_EQ(slug_of(http_component(), {}), "claims.unsigned");

    TrustPolicy open;
    open.unsigned_code = UnsignedCode::allow;
    const auto admission = admit(http_component(), open, now);
    ASSERT_TRUE(admission);
    EXPECT_FALSE(admission->is_signed());
    EXPECT_EQ(admission->rev(), 0);
    EXPECT_TRUE(admission->capabilities.allows(codec::parse_interface_name("a:b/c").value()));
    // A token that is there is checked all the same.
    EXPECT_EQ(slug_of(testing::sign(http_component()), open), "claims.issuer_unknown");
}

TEST(Admit, OnlyTheRightIssuerPasses) {
    const auto wasm = testing::sign(http_component());
    EXPECT_EQ(slug_of(wasm), "admitted");
    EXPECT_EQ(slug_of(wasm, {}), "claims.issuer_unknown");
    EXPECT_EQ(slug_of(testing::sign(http_component(), {.account = 1})), "claims.issuer_unknown");

    const auto refusal = admit(testing::sign(http_component(), {.account = 1}), trusting(), now);
    const auto other = key(KeyKind::account, 1).text();
    EXPECT_EQ(refusal.error().message,
              "the component is signed by '" + other +
                  "', which this host does not trust; trust it from now on with 'weft trust add " +
                  other + " --grant wasi:http', or for one run with the option '--trust " + other +
                  "'");
    auto elsewhere = trusting();
    elsewhere.file = "/t.yaml";
    EXPECT_TRUE(admit(testing::sign(http_component(), {.account = 1}), elsewhere, now)
                    .error()
                    .message.contains(other + " --trust-file '/t.yaml' --grant wasi:http'"));

    for (const auto revoked : {KeyKind::account, KeyKind::module_}) {
        auto policy = trusting();
        policy.revoked.push_back(key(revoked));
        EXPECT_EQ(slug_of(wasm, policy), "claims.key_revoked");
    }
}

TEST(Admit, NobodySignsForThemselves) {
    const auto plain = http_component();
    for (const auto issuer : {KeyKind::module_, KeyKind::operator_, KeyKind::user, KeyKind::host,
                              KeyKind::provider, KeyKind::cluster}) {
        const auto token = forge({.issuer = issuer, .hash = hash_of(plain)});
        EXPECT_EQ(slug_of(embed_token(plain, token).value()), "claims.issuer_wrong");
    }
}

TEST(Admit, AccountsOfATrustedOperatorPass) {
    TrustPolicy policy;
    policy.operators.push_back(
        {.key = key(KeyKind::operator_), .name = "root", .grants = {"wasi:http"}});
    policy.accounts.push_back(
        sign_token({.head = {.id = "i",
                             .issued_at = now,
                             .issuer = key(KeyKind::operator_),
                             .subject = key(KeyKind::account),
                             .revision = 3},
                    .body = SignerClaims{.name = "team", .valid_signers = {}}},
                   seed(KeyKind::operator_))
            .value());
    EXPECT_EQ(admit(testing::sign(http_component()), policy, now)->issuer_name, "team");

    policy.operators[0].grants.clear();
    EXPECT_EQ(slug_of(testing::sign(http_component()), policy), "claims.grant_missing");
}

TEST(Admit, TokensOfOthersAreNoComponents) {
    const auto plain = http_component();
    const Token provider{.head = {.id = "i",
                                  .issued_at = now,
                                  .issuer = key(KeyKind::account),
                                  .subject = key(KeyKind::provider),
                                  .revision = 3},
                         .body = ProviderClaims{.name = "kv", .vendor = "weft"}};
    const auto token = sign_token(provider, seed(KeyKind::account)).value();
    EXPECT_EQ(slug_of(embed_token(plain, token).value()), "claims.subject_wrong");
}

TEST(Admit, ATokenFitsOnlyItsOwnBinary) {
    const auto a = http_component("a");
    const auto b = http_component("b");
    for (const std::optional<std::int64_t> revision :
         {std::optional<std::int64_t>(3), std::optional<std::int64_t>(2),
          std::optional<std::int64_t>()}) {
        const auto token = forge({.revision = revision, .hash = hash_of(a)});
        EXPECT_EQ(slug_of(embed_token(a, token).value()), "admitted");
        EXPECT_EQ(slug_of(embed_token(b, token).value()), "claims.hash_mismatch");
    }
}

TEST(Admit, EveryChangedByteIsNoticed) {
    const auto wasm = testing::sign(component({{"wasi:io/poll@0.2.0"}}));
    for (std::size_t i = 0; i < wasm.size(); ++i) {
        auto changed = wasm;
        changed[i] ^= 1U;
        EXPECT_NE(slug_of(changed), "admitted") << i;
    }
}

TEST(Admit, OneTokenAtDepthZeroOrNone) {
    const auto plain = http_component();
    const auto wasm = testing::sign(plain);
    const auto token = forge({.hash = hash_of(plain)});

    for (const std::string_view name : {"jwt", "wasmcloud_jwt"}) {
        auto twice = wasm;
        codec::append_wasm_custom(twice, name, as_bytes(token));
        EXPECT_EQ(slug_of(twice), "claims.token_several");
    }
    auto outer = http_component();
    codec::append_wasm_section(outer, codec::component_section_component, wasm);
    EXPECT_EQ(slug_of(outer), "claims.unsigned");
    EXPECT_NE(admit(outer, trusting(), now).error().message.find("the 1 inside"),
              std::string::npos);
    // Signed on its own account it passes, and the inner token stays unread.
    EXPECT_EQ(slug_of(testing::sign(outer)), "admitted");
}

TEST(Admit, BytesBehindTheTokenAreRefused) {
    const auto wasm = testing::sign(http_component());
    auto section = wasm;
    codec::append_wasm_custom(section, "extra", as_bytes("x"));
    EXPECT_EQ(slug_of(section), "claims.hash_mismatch");
    for (const Bytes& tail : {Bytes{0}, Bytes{0, 200}, Bytes{7, 7, 7}, Bytes(8, 0)}) {
        auto longer = wasm;
        longer.insert(longer.end(), tail.begin(), tail.end());
        EXPECT_NE(slug_of(longer), "admitted");
    }
}

TEST(Admit, TokensOfOtherFormsAreRefused) {
    const auto plain = http_component();
    const auto good = forge({.hash = hash_of(plain)});
    const auto payload = good.substr(good.find('.'), good.rfind('.') - good.find('.'));
    const auto signed_with = [&](std::string_view header, std::string_view tail = "") {
        const auto text = codec::encode_base64url(as_bytes(header)) + payload + std::string(tail);
        const auto signature = seed(KeyKind::account).sign(as_bytes(text)).value();
        return text + "." + codec::encode_base64url(signature);
    };
    ASSERT_EQ(slug_of(embed_token(plain, good).value()), "admitted");
    for (const auto& token :
         {signed_with(R"({"typ":"jwt","alg":"none"})"),
          signed_with(R"({"typ":"jwt","alg":"HS256"})"),
          signed_with(R"({"typ":"jwt","alg":"ed25519"})"), signed_with(R"({"alg":"Ed25519"})"),
          signed_with(R"({"typ":"jwt","alg":"Ed25519","kid":"1"})"),
          signed_with(R"({"typ":"jwt","alg":"Ed25519","jku":"https://example.org"})"),
          signed_with(R"({"typ":"jwt","alg":"none","alg":"Ed25519"})"),
          signed_with(R"({"typ":"jwt","alg":"Ed25519"})", "="), good + "=", good + ".", good + "\n",
          " " + good, good.substr(0, good.rfind('.')), good.substr(0, good.rfind('.') + 1),
          std::string(), std::string(9000, 'A')})
        EXPECT_TRUE(slug_of(embed_token(plain, token).value()).starts_with("jwt.")) << token;
}

TEST(Admit, DuplicateClaimsAreRefused) {
    const auto plain = http_component();
    const auto issuer = seed(KeyKind::account);
    auto text = codec::write_json(
        write_token({.head = {.id = "i",
                              .issued_at = now,
                              .issuer = issuer.public_key(),
                              .subject = key(KeyKind::module_),
                              .revision = 3},
                     .body = ComponentClaims{.name = {}, .hash = hash_of(plain), .tags = {}}}));
    text.insert(1, R"("sub":"MXXX",)");
    const auto token = crypto::sign_jws(as_bytes(text), issuer).value();
    EXPECT_EQ(slug_of(embed_token(plain, token).value()), "jwt.claims_invalid");
}

TEST(Admit, KeysOfSmallOrderSignNothing) {
    const auto plain = http_component();
    for (const auto& bytes : crypto::small_order_keys()) {
        Bytes text = {crypto::key_kind_row(KeyKind::account).prefix};
        text.insert(text.end(), bytes.begin(), bytes.end());
        const auto crc = crypto::crc16_xmodem(text);
        text.push_back(static_cast<std::uint8_t>(crc & 0xffU));
        text.push_back(static_cast<std::uint8_t>(crc >> 8U));
        auto claims = write_token({.head = {.id = "i",
                                            .issued_at = now,
                                            .issuer = key(KeyKind::account),
                                            .subject = key(KeyKind::module_),
                                            .revision = 3},
                                   .body = ComponentClaims{.hash = hash_of(plain)}});
        claims.set("iss", codec::encode_base32(text));
        auto token = crypto::sign_jwt(claims, seed(KeyKind::account)).value();
        crypto::Ed25519Signature forged{};
        std::ranges::copy(bytes, forged.begin());
        token = token.substr(0, token.rfind('.') + 1) + codec::encode_base64url(forged);
        EXPECT_EQ(slug_of(embed_token(plain, token).value()), "jwt.issuer_invalid");
    }
}

TEST(Admit, TimeCountsWithAMinuteOfSkew) {
    const auto wasm =
        testing::sign(http_component(), {.expires_at = now + 100, .not_before = now - 100});
    const auto at = [&](UnixSeconds offset) { return slug_of(wasm, trusting(), now + offset); };

    EXPECT_EQ(at(-161), "claims.not_yet_valid");
    EXPECT_EQ(at(-160), "admitted");
    EXPECT_EQ(at(0), "admitted");
    EXPECT_EQ(at(160), "admitted");
    EXPECT_EQ(at(161), "claims.expired");
    EXPECT_EQ(slug_of(testing::sign(http_component()), trusting(), now + 1'000'000'000),
              "admitted");
}

TEST(Admit, ImportsAndExportsMustBeClaimedAndGranted) {
    const auto plain = component({{"wasi:keyvalue/store@0.2.0"}, {"wasi:http/types@0.2.0"}},
                                 {{"wasi:http/incoming-handler@0.2.0"}});
    const auto slug = [&](std::vector<std::string> caps, std::vector<std::string> grants) {
        return slug_of(testing::sign(plain, {.caps = std::move(caps)}),
                       trusting(std::move(grants)));
    };

    EXPECT_EQ(slug({"wasi:http", "wasi:keyvalue"}, {"wasi:http", "wasi:keyvalue"}), "admitted");
    EXPECT_EQ(slug({"wasmcloud:httpserver", "wasmcloud:keyvalue"}, {"*"}), "admitted");
    EXPECT_EQ(slug({"wasi:http"}, {"*"}), "claims.claim_missing");
    EXPECT_EQ(slug({"wasi:keyvalue"}, {"*"}), "claims.claim_missing");
    EXPECT_EQ(slug({""}, {"*"}), "claims.claim_missing");
    EXPECT_EQ(slug({"*"}, {"*"}), "claims.claim_missing");
    EXPECT_EQ(slug({"wasmcloud:httpclient", "wasi:keyvalue"}, {"*"}), "claims.claim_missing");
    EXPECT_EQ(slug({"wasi:http", "wasi:keyvalue"}, {"wasi:http"}), "claims.grant_missing");
    EXPECT_EQ(slug({"wasi:http", "wasi:keyvalue"}, {}), "claims.grant_missing");
}

TEST(Admit, TokensWithoutCapsClaimWhatTheIssuersEntrySays) {
    const auto plain = http_component();
    SeededRandom random(5);
    const auto issuer = seed(KeyKind::account);
    const auto wasm =
        sign_component(plain, {.issuer = issuer, .subject = key(KeyKind::module_), .now = now},
                       random)
            .value();
    auto policy = trusting();

    EXPECT_EQ(slug_of(wasm, policy), "claims.caps_unstated");
    EXPECT_NE(admit(wasm, policy, now).error().message.find("'unstated: all'"), std::string::npos);
    policy.issuers[0].unstated = Unstated::all;
    EXPECT_EQ(slug_of(wasm, policy), "admitted");
    policy.issuers[0].grants = {"wasi:keyvalue"};
    EXPECT_EQ(slug_of(wasm, policy), "claims.claim_missing");
}

TEST(Admit, SaysWhatIsWrongWithTheArtefactBeforeTrust) {
    const auto plain = http_component();
    auto changed = testing::sign(plain, {.account = 1});
    changed[changed.size() - 5] = changed[changed.size() - 5] == 'A' ? 'B' : 'A';
    const auto foreign =
        embed_token(http_component("b"), forge({.hash = hash_of(http_component("a"))})).value();

    EXPECT_EQ(slug_of(changed, {}), "crypto.signature_invalid");
    EXPECT_EQ(slug_of(foreign, {}), "claims.hash_mismatch");
    EXPECT_EQ(slug_of(testing::sign(plain, {.expires_at = now - 1000}), {}), "claims.expired");
    EXPECT_EQ(slug_of(testing::sign(plain, {.caps = {}}), {}), "claims.issuer_unknown");
}

TEST(Admit, RefusesWhatIsNoBinary) {
    for (const auto& wasm : {Bytes(), to_bytes("<html>404</html>"), Bytes(100'000, 0)})
        EXPECT_TRUE(slug_of(wasm).starts_with("wasm."));
}

}  // namespace
}  // namespace weft::claims
