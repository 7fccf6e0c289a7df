#include "platform/claims/sign.h"

#include <set>

#include <gtest/gtest.h>

#include "base/crypto/jwt.h"
#include "platform/claims/embed.h"
#include "platform/claims/fixture_test.h"
#include "platform/claims/module_hash.h"
#include "platform/claims/nuid.h"

namespace weft::claims {
namespace {

using crypto::KeyKind;
using testing::component;
using testing::key;
using testing::seed;

TEST(Sign, WritesATokenThatNamesTheBinaryAndBothKeys) {
    const auto plain = component({});
    const auto wasm = testing::sign(plain, {.expires_at = 2'000'000'000, .not_before = 5});

    const auto section = only_token(scan_tokens(wasm).value()).value().value();
    const auto jwt = crypto::decode_jwt(section.token).value();
    const auto token = read_token(jwt.claims).value();
    const auto& claims = std::get<ComponentClaims>(token.body);

    EXPECT_EQ(section.name, "wasmcloud_jwt");
    EXPECT_EQ(section.end, wasm.size());
    EXPECT_EQ(crypto::verify_jwt(jwt).value(), key(KeyKind::account));
    EXPECT_EQ(token.head.issuer, key(KeyKind::account));
    EXPECT_EQ(token.head.subject, key(KeyKind::module_));
    EXPECT_EQ(token.head.issued_at, testing::now);
    EXPECT_EQ(token.head.expires_at, 2'000'000'000);
    EXPECT_EQ(token.head.not_before, 5);
    EXPECT_EQ(token.head.revision, 3);
    EXPECT_EQ(claims.hash, module_hash(plain, HashRule::rebuild).value());
    EXPECT_EQ(claims.caps, std::vector<std::string>{"wasi:http"});
    EXPECT_EQ(strip_tokens(wasm).value(), plain);
}

TEST(Sign, ReplacesAnOlderToken) {
    const auto once = testing::sign(component({}));
    EXPECT_EQ(testing::sign(once), once);
}

TEST(Sign, RefusesKeysOfOtherKinds) {
    SeededRandom random(1);
    const auto account = seed(KeyKind::account);
    const auto module = seed(KeyKind::module_);

    const auto as_subject = sign_component(
        component({}), {.issuer = account, .subject = key(KeyKind::account)}, random);
    const auto as_issuer =
        sign_component(component({}), {.issuer = module, .subject = key(KeyKind::module_)}, random);

    EXPECT_EQ(as_subject.error().slug.text(), "claims.sign_keys");
    EXPECT_EQ(as_issuer.error().slug.text(), "claims.sign_keys");
}

TEST(Sign, RefusesClaimsOverTheTokensLimit) {
    SeededRandom random(1);
    const auto account = seed(KeyKind::account);
    const auto refused = sign_component(component({}),
                                        {.issuer = account,
                                         .subject = key(KeyKind::module_),
                                         .claims = {.name = std::string(8192, 'n')}},
                                        random);
    EXPECT_EQ(refused.error().slug.text(), "jwt.too_long");
}

TEST(Sign, NormalisesCallAliases) {
    EXPECT_EQ(normalise_call_alias("Weft/Hello Alias"), "weft/hello_alias");
    EXPECT_EQ(normalise_call_alias(" \tA.b-c \n"), "a_b_c");
    EXPECT_EQ(normalise_call_alias("caf\xc3\xa9"), "caf");
    EXPECT_EQ(normalise_call_alias("  "), "");
}

TEST(Sign, TellsTheCommandThatSignsAFile) {
    EXPECT_EQ(sign_command("/a b/tool.v2.wasm"),
              "weft claims sign '/a b/tool.v2.wasm' --name tool --caps auto --out "
              "'/a b/tool.v2.wasm'");
    EXPECT_EQ(sign_command("a b.wasm"),
              "weft claims sign 'a b.wasm' --name NAME --caps auto --out 'a b.wasm'");
}

TEST(Nuid, Makes22LettersAndDigitsThatDiffer) {
    SeededRandom random(1);
    std::set<std::string> seen;
    std::set<char> used;
    for (int i = 0; i < 500; ++i) {
        const auto id = make_nuid(random);
        EXPECT_EQ(id.size(), 22U);
        used.insert(id.begin(), id.end());
        seen.insert(id);
    }
    EXPECT_EQ(seen.size(), 500U);
    EXPECT_EQ(used.size(), 62U);
}

}  // namespace
}  // namespace weft::claims
