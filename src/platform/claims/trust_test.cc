#include "platform/claims/trust.h"

#include <gtest/gtest.h>

#include "platform/claims/fixture_test.h"

namespace weft::claims {
namespace {

using crypto::KeyKind;
using testing::key;
using testing::seed;

constexpr std::string_view account_key = "ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2";

std::string account_token() {
    return sign_token({.head = {.id = "i",
                                .issued_at = 1,
                                .issuer = key(KeyKind::operator_),
                                .subject = key(KeyKind::account, 1),
                                .revision = 3},
                       .body = SignerClaims{.name = "team", .valid_signers = {}}},
                      seed(KeyKind::operator_))
        .value();
}

TEST(Trust, ReadsTheFileOfTheManual) {
    const auto policy = read_trust(R"(# whom we trust
issuers:
  - key: ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2
    name: payments team
    grants: ["wasi:http", "wasi:keyvalue/store", "wasi:logging"]
    unstated: none
operators: []
unsigned: deny
)");

    ASSERT_TRUE(policy) << policy.error().message;
    ASSERT_EQ(policy->issuers.size(), 1U);
    EXPECT_EQ(policy->issuers[0].key.text(), account_key);
    EXPECT_EQ(policy->issuers[0].name, "payments team");
    EXPECT_EQ(policy->issuers[0].grants,
              (std::vector<std::string>{"wasi:http", "wasi:keyvalue/store", "wasi:logging"}));
    EXPECT_EQ(policy->issuers[0].unstated, Unstated::none);
    EXPECT_EQ(policy->unsigned_code, UnsignedCode::deny);
}

TEST(Trust, AnEmptyFileTrustsNobody) {
    for (const std::string_view text : {"", "# nothing\n", "{}", "~", "issuers:\noperators:\n"}) {
        const auto policy = read_trust(text);
        ASSERT_TRUE(policy) << text << policy.error().message;
        EXPECT_TRUE(policy->issuers.empty());
        EXPECT_EQ(policy->unsigned_code, UnsignedCode::deny);
    }
}

TEST(Trust, WritesWhatReadsBackTheSame) {
    TrustPolicy policy;
    policy.issuers.push_back({.key = key(KeyKind::account),
                              .name = "a: \"team\"\n#x",
                              .grants = {"wasi:http", "wasi:keyvalue/store"},
                              .unstated = Unstated::all});
    policy.issuers.push_back({.key = key(KeyKind::account, 1), .name = {}, .grants = {}});
    policy.operators.push_back(
        {.key = key(KeyKind::operator_), .name = "root", .grants = {"wasi:keyvalue"}});
    policy.accounts.push_back(account_token());
    policy.revoked.push_back(key(KeyKind::module_));
    policy.unsigned_code = UnsignedCode::allow;

    const auto text = write_trust(policy);
    const auto read = read_trust(text);

    ASSERT_TRUE(read) << read.error().message << "\n" << text;
    EXPECT_EQ(write_trust(*read), text);
    ASSERT_EQ(read->issuers.size(), 2U);
    EXPECT_EQ(read->issuers[0].name, policy.issuers[0].name);
    EXPECT_EQ(read->issuers[0].unstated, Unstated::all);
    EXPECT_EQ(read->issuers[1].unstated, Unstated::none);
    EXPECT_EQ(read->operators.at(0).grants, policy.operators[0].grants);
    EXPECT_EQ(read->accounts, policy.accounts);
    EXPECT_EQ(read->revoked, policy.revoked);
    EXPECT_EQ(read->unsigned_code, UnsignedCode::allow);
    EXPECT_TRUE(read_trust(write_trust({})));
}

TEST(Trust, AnOperatorMayBeAKeyAlone) {
    const auto text = "operators: [" + key(KeyKind::operator_).text() + "]";
    const auto policy = read_trust(text).value();
    EXPECT_EQ(policy.operators.at(0).key, key(KeyKind::operator_));
    EXPECT_TRUE(policy.operators.at(0).grants.empty());
}

TEST(Trust, UnknownKeysNameThePlaceAndTheNearest) {
    const auto top = read_trust("issuers: []\noperatros: []\n");
    EXPECT_EQ(top.error().slug.text(), "trust.key_unknown");
    EXPECT_EQ(top.error().message,
              "line 2, column 1: a trust file has no key 'operatros'; did you mean 'operators'");

    const auto inner = read_trust("issuers:\n  - key: x\n    grant: []\n");
    EXPECT_EQ(inner.error().slug.text(), "trust.key_unknown");
    EXPECT_EQ(inner.error().message,
              "line 3, column 5: the entry has no key 'grant'; did you mean 'grants'");
}

TEST(Trust, WrongValuesNameThePlace) {
    const std::string good = "issuers: [{key: " + std::string(account_key);
    for (const auto& text : {
             std::string("[]"),
             std::string("text"),
             std::string("issuers: {}"),
             std::string("issuers: [A]"),
             std::string("issuers: [{}]"),
             std::string("issuers: [{key: ACODE}]"),
             std::string("issuers: [{key: [1]}]"),
             "issuers: [{key: " + key(KeyKind::module_).text() + "}]",
             "issuers: [{key: " + std::string(seed(KeyKind::account).text().reveal()) + "}]",
             good + ", name: [x]}]",
             good + ", name: 5}]",
             good + ", grants: all}]",
             good + ", grants: [wasi]}]",
             good + ", grants: ['*', 'wasi:http']}]",
             good + ", grants: ['*', '*']}]",
             good + ", grants: [[]]}]",
             good + ", unstated: some}]",
             good + ", unstated: [none]}]",
             good + "}, {key: " + std::string(account_key) + "}]",
             "operators: [" + std::string(account_key) + "]",
             std::string("accounts: [abc]"),
             std::string("accounts: [1]"),
             std::string("revoked: [abc]"),
             std::string("revoked: [1]"),
             std::string("revoked: 1"),
             std::string("unsigned: yes"),
             std::string("unsigned: true"),
         }) {
        const auto policy = read_trust(text);
        ASSERT_FALSE(policy) << text;
        EXPECT_EQ(policy.error().slug.text(), "trust.value_invalid") << text;
        EXPECT_TRUE(policy.error().message.starts_with("line 1, column "))
            << policy.error().message;
    }
}

TEST(Trust, ASeedInAWrongPlaceIsNotRepeated) {
    const std::string secret = seed(KeyKind::account).text().reveal();
    const auto policy = read_trust("issuers: [{key: " + secret + "}]");
    EXPECT_EQ(policy.error().message.find(secret), std::string::npos);
}

TEST(Trust, BrokenYamlKeepsItsOwnError) {
    EXPECT_EQ(read_trust("issuers: [").error().slug.text(), "yaml.syntax");
    EXPECT_EQ(read_trust("unsigned: deny\nunsigned: allow\n").error().slug.text(),
              "yaml.key_duplicate");
}

TEST(Trust, ListsOverTheLimitAreRefused) {
    std::string text = "revoked: [";
    for (std::size_t i = 0; i <= trust_entries_max; ++i) text += "x,";
    EXPECT_EQ(read_trust(text + "]").error().slug.text(), "trust.entries_exceeded");
}

TEST(Trust, AddsIssuersAndJoinsGrants) {
    TrustPolicy policy;
    ASSERT_TRUE(
        add_issuer(policy, {.key = key(KeyKind::account), .name = "old", .grants = {"wasi:http"}}));
    ASSERT_TRUE(add_issuer(policy, {.key = key(KeyKind::account),
                                    .name = "",
                                    .grants = {"wasi:http", "wasi:keyvalue"},
                                    .unstated = Unstated::all}));
    ASSERT_TRUE(add_issuer(policy, {.key = key(KeyKind::account, 1), .name = "", .grants = {"*"}}));

    ASSERT_EQ(policy.issuers.size(), 2U);
    EXPECT_EQ(policy.issuers[0].name, "old");
    EXPECT_EQ(policy.issuers[0].grants, (std::vector<std::string>{"wasi:http", "wasi:keyvalue"}));
    EXPECT_EQ(policy.issuers[0].unstated, Unstated::all);
}

TEST(Trust, EverythingAbsorbsWhatWasNamed) {
    TrustPolicy policy;
    ASSERT_TRUE(
        add_issuer(policy, {.key = key(KeyKind::account), .name = "", .grants = {"wasi:http"}}));
    ASSERT_TRUE(add_issuer(policy, {.key = key(KeyKind::account), .name = "", .grants = {"*"}}));
    EXPECT_EQ(policy.issuers[0].grants, std::vector<std::string>{"*"});
    ASSERT_TRUE(
        add_issuer(policy, {.key = key(KeyKind::account), .name = "", .grants = {"wasi:http"}}));
    EXPECT_EQ(policy.issuers[0].grants, std::vector<std::string>{"*"});
    EXPECT_TRUE(read_trust(write_trust(policy)));
}

TEST(Trust, RefusesToAddWhatCouldNotBeReadBack) {
    TrustPolicy policy;
    EXPECT_EQ(
        add_issuer(policy, {.key = key(KeyKind::account), .name = {}, .grants = {"*", "wasi:http"}})
            .error()
            .slug.text(),
        "claims.grants_ambiguous");
    EXPECT_EQ(add_issuer(policy, {.key = key(KeyKind::module_), .name = {}, .grants = {}})
                  .error()
                  .slug.text(),
              "key.kind_wrong");
    EXPECT_EQ(add_issuer(policy, {.key = key(KeyKind::account), .name = {}, .grants = {"wasi"}})
                  .error()
                  .slug.text(),
              "claims.capability_invalid");
    policy.issuers.assign(trust_entries_max,
                          {.key = key(KeyKind::account), .name = {}, .grants = {}});
    EXPECT_EQ(add_issuer(policy, {.key = key(KeyKind::account, 1), .name = {}, .grants = {}})
                  .error()
                  .slug.text(),
              "trust.entries_exceeded");
}

TEST(Trust, AKeyGivenForOneRunHasEveryGrant) {
    const auto issuer = issuer_with_every_grant(account_key).value();
    EXPECT_EQ(issuer.grants, std::vector<std::string>{"*"});
    TrustPolicy policy;
    policy.issuers.push_back({.key = issuer.key, .name = "team", .grants = {"wasi:cli"}});
    ASSERT_TRUE(add_issuer(policy, issuer));
    EXPECT_EQ(policy.issuers.at(0).name, "team") << "one that has a name keeps it";
    EXPECT_EQ(issuer_with_every_grant("x").error().slug.text(), "key.length_invalid");
    EXPECT_EQ(issuer_with_every_grant(key(KeyKind::module_).text()).error().slug.text(),
              "key.kind_wrong");
}

}  // namespace
}  // namespace weft::claims
