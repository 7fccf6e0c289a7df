#include "platform/claims/account.h"

#include <gtest/gtest.h>

#include "base/codec/corpus_test.h"
#include "base/codec/json.h"
#include "platform/claims/fixture_test.h"

namespace weft::claims {
namespace {

using crypto::KeyKind;
using testing::key;
using testing::now;
using testing::seed;

/// What the tests vary in an account's token.
struct Account {
    std::uint64_t signed_by = 0;  ///< Which operator.
    std::uint64_t subject = 7;    ///< Which account.
    std::vector<std::string> valid_signers = {};
    std::optional<UnixSeconds> expires_at = {};
};

std::string token_of(const Account& account) {
    return sign_token(
               {.head = {.id = "i",
                         .issued_at = now,
                         .issuer = key(KeyKind::operator_, account.signed_by),
                         .subject = key(KeyKind::account, account.subject),
                         .expires_at = account.expires_at,
                         .not_before = {},
                         .revision = 3},
                .body = SignerClaims{.name = "team", .valid_signers = account.valid_signers}},
               seed(KeyKind::operator_, account.signed_by))
        .value();
}

TrustPolicy policy_with(std::string account) {
    TrustPolicy policy;
    policy.operators.push_back({.key = key(KeyKind::operator_),
                                .name = "root",
                                .grants = {"wasi:http"},
                                .unstated = Unstated::all});
    policy.accounts.push_back(std::move(account));
    return policy;
}

std::string slug_of(const TrustPolicy& policy, std::uint64_t account = 7) {
    const auto issuer = find_issuer(policy, key(KeyKind::account, account), now);
    return issuer ? "found" : std::string(issuer.error().slug.text());
}

TEST(Account, AnOperatorsSignatureMakesAnIssuerWithItsGrants) {
    const auto issuer =
        find_issuer(policy_with(token_of({})), key(KeyKind::account, 7), now).value();

    EXPECT_EQ(issuer.key, key(KeyKind::account, 7));
    EXPECT_EQ(issuer.name, "team");
    EXPECT_EQ(issuer.grants, std::vector<std::string>{"wasi:http"});
    EXPECT_EQ(issuer.unstated, Unstated::all);
}

TEST(Account, ValidSignersSpeakForTheirAccount) {
    const auto policy = policy_with(token_of({.valid_signers = {key(KeyKind::account, 8).text()}}));
    EXPECT_EQ(slug_of(policy, 8), "found");
    EXPECT_EQ(slug_of(policy, 9), "claims.issuer_unknown");
}

TEST(Account, OtherOperatorsCountForNothing) {
    EXPECT_EQ(slug_of(policy_with(token_of({.signed_by = 1}))), "claims.issuer_unknown");
    EXPECT_EQ(slug_of(policy_with("not a token")), "claims.issuer_unknown");
    EXPECT_EQ(slug_of({}), "claims.issuer_unknown");
}

TEST(Account, AChangedTokenCountsForNothing) {
    auto token = token_of({});
    token[token.size() - 10] = token[token.size() - 10] == 'A' ? 'B' : 'A';
    EXPECT_EQ(slug_of(policy_with(token)), "claims.issuer_unknown");
    EXPECT_FALSE(read_account(token));
}

TEST(Account, AListedIssuerNeedsNoOperator) {
    auto policy = policy_with(token_of({}));
    policy.issuers.push_back(
        {.key = key(KeyKind::account, 7), .name = "listed", .grants = {"wasi:keyvalue"}});
    EXPECT_EQ(find_issuer(policy, key(KeyKind::account, 7), now)->name, "listed");
}

TEST(Account, KeysHaveTheNamesThatThePolicyOrATokenKnows) {
    auto policy = policy_with(token_of({}));
    policy.issuers.push_back({.key = key(KeyKind::account, 5), .name = "listed"});
    policy.issuers.push_back({.key = key(KeyKind::account, 6)});

    EXPECT_EQ(find_name(policy, key(KeyKind::account, 5)), "listed");
    EXPECT_EQ(find_name(policy, key(KeyKind::account, 6)), "");
    EXPECT_EQ(find_name(policy, key(KeyKind::account, 7)),
              find_issuer(policy, key(KeyKind::account, 7), now)->name);
    EXPECT_EQ(find_name(policy, key(KeyKind::account, 8)), "");
}

TEST(Account, TimeCounts) {
    EXPECT_EQ(slug_of(policy_with(token_of({.expires_at = now - 61}))),
              "claims.account_out_of_time");
    EXPECT_EQ(slug_of(policy_with(token_of({.expires_at = now - 60}))), "found");
    auto policy = policy_with(token_of({.expires_at = now - 61}));
    policy.accounts.push_back(token_of({.expires_at = now + 1}));
    EXPECT_EQ(slug_of(policy), "found");
}

TEST(Account, RevocationReachesEveryLink) {
    for (const auto& revoked : {key(KeyKind::operator_), key(KeyKind::account, 7)}) {
        auto policy = policy_with(token_of({}));
        policy.revoked.push_back(revoked);
        EXPECT_EQ(slug_of(policy), "claims.key_revoked");
    }
    auto policy = policy_with(token_of({.valid_signers = {key(KeyKind::account, 8).text()}}));
    policy.revoked.push_back(key(KeyKind::account, 7));
    EXPECT_EQ(slug_of(policy, 8), "claims.key_revoked");
}

TEST(Account, ARevokedOperatorEndsNothingForWhatAnotherVouchesFor) {
    auto policy = policy_with(token_of({.signed_by = 1}));
    policy.accounts.push_back(token_of({}));
    policy.operators.push_back(
        {.key = key(KeyKind::operator_, 1), .name = "", .grants = {"wasi:http"}});
    policy.revoked.push_back(key(KeyKind::operator_, 1));
    EXPECT_EQ(slug_of(policy), "found");
}

TEST(Account, TokensOfOtherKindsAreRefused) {
    const auto self = sign_token({.head = {.id = "i",
                                           .issued_at = now,
                                           .issuer = key(KeyKind::operator_),
                                           .subject = key(KeyKind::operator_),
                                           .revision = 3},
                                  .body = SignerClaims{.name = "op", .valid_signers = {}}},
                                 seed(KeyKind::operator_))
                          .value();
    const auto by_account = sign_token({.head = {.id = "i",
                                                 .issued_at = now,
                                                 .issuer = key(KeyKind::account),
                                                 .subject = key(KeyKind::account, 7),
                                                 .revision = 3},
                                        .body = SignerClaims{.name = "a", .valid_signers = {}}},
                                       seed(KeyKind::account))
                                .value();
    for (const auto& token : {self, by_account}) {
        EXPECT_EQ(read_account(token).error().slug.text(), "claims.account_token_wrong");
        EXPECT_EQ(slug_of(policy_with(token)), "claims.issuer_unknown");
    }
}

TEST(Account, ReadsTheTokenOfTheOriginalTool) {
    const auto path = codec::corpora_root() / "wasm-signed/token_account.json";
    WEFT_NEED_CORPUS(path);
    const auto json = codec::parse_json(codec::read_whole_file(path)).value();

    const auto account = read_account(json.get_string("token").value());

    ASSERT_TRUE(account) << account.error().message;
    EXPECT_EQ(std::get<SignerClaims>(account->body).name, "Weft Acct");
}

}  // namespace
}  // namespace weft::claims
