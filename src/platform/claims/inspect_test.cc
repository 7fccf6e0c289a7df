#include "platform/claims/inspect.h"

#include <gtest/gtest.h>

#include "base/codec/corpus_test.h"
#include "base/crypto/jwt.h"
#include "platform/claims/embed.h"
#include "platform/claims/fixture_test.h"
#include "platform/claims/verify.h"

namespace weft::claims {
namespace {

using testing::component;
using testing::now;

TEST(Inspect, ReportsASignedBinary) {
    const auto wasm =
        testing::sign(component({{"wasi:keyvalue/store@0.2.0"}, {"wasi:io/poll@0.2.0"}},
                                {{"wasi:http/incoming-handler@0.2.0"}}),
                      {.expires_at = now - 100, .not_before = now - 200});

    const auto report = inspect(wasm, now).value();

    EXPECT_EQ(report.bytes, wasm.size());
    EXPECT_EQ(report.needs,
              (std::vector<std::string>{"wasi:keyvalue/store", "wasi:http/incoming-handler"}));
    ASSERT_EQ(report.tokens.size(), 1U);
    EXPECT_TRUE(report.tokens[0].signature_valid);
    EXPECT_TRUE(report.tokens[0].hash_valid);
    EXPECT_TRUE(report.tokens[0].expired);
    EXPECT_FALSE(report.tokens[0].too_early);
    EXPECT_FALSE(report.tokens[0].is_valid());
    EXPECT_EQ(report.tokens[0].unclaimed, std::vector<std::string>{"wasi:keyvalue/store"});
    EXPECT_TRUE(inspect(wasm, now - 150)->tokens[0].is_valid());
    EXPECT_TRUE(inspect(wasm, now - 300)->tokens[0].too_early);
}

TEST(Inspect, WritesTheReportAsJson) {
    const auto wasm = testing::sign(component({{"wasi:http/types@0.2.0"}}, {{"run", 1}}));

    const auto json = to_json(inspect(wasm, now).value());

    EXPECT_EQ(json.get_string("kind").value(), "component");
    EXPECT_TRUE(json.get_bool("signed").value());
    EXPECT_EQ(json.get_strings("imports").value(),
              std::vector<std::string>{"wasi:http/types@0.2.0"});
    EXPECT_EQ(json.get_strings("exports").value(), std::vector<std::string>{"run"});
    EXPECT_EQ(json.get_strings("needs").value(), std::vector<std::string>{"wasi:http/types"});
    const auto& token = json.get_array("tokens").value()->front();
    EXPECT_TRUE(token.get_bool("valid").value());
    EXPECT_EQ(token.find("claims")->get_string("sub").value(),
              testing::key(crypto::KeyKind::module_).text());
    EXPECT_EQ(token.find("problem"), nullptr);
}

TEST(Inspect, ReportsUnsignedBinaries) {
    const auto json = to_json(inspect(component({}), now).value());
    EXPECT_FALSE(json.get_bool("signed").value());
    EXPECT_EQ(json.get_int("token_count").value(), 0);
}

TEST(Inspect, ReportsBrokenTokensRatherThanFailing) {
    const auto plain = component({});
    const auto good = testing::sign(plain);
    auto bad_signature = good;
    bad_signature[good.size() - 5] = good[good.size() - 5] == 'A' ? 'B' : 'A';
    auto provider_token = sign_token({.head = {.id = "i",
                                               .issued_at = now,
                                               .issuer = testing::key(crypto::KeyKind::account),
                                               .subject = testing::key(crypto::KeyKind::provider),
                                               .revision = 3},
                                      .body = ProviderClaims{.name = "kv", .vendor = "weft"}},
                                     testing::seed(crypto::KeyKind::account))
                              .value();
    codec::Json claims;
    claims.set("iss", testing::key(crypto::KeyKind::account).text());
    const auto no_claims =
        crypto::sign_jwt(claims, testing::seed(crypto::KeyKind::account)).value();

    for (const auto& wasm :
         {bad_signature, embed_token(plain, "nonsense").value(),
          embed_token(plain, provider_token).value(), embed_token(plain, no_claims).value()}) {
        const auto report = inspect(wasm, now).value();
        ASSERT_EQ(report.tokens.size(), 1U);
        EXPECT_FALSE(report.tokens[0].is_valid());
        EXPECT_NE(report.tokens[0].problem, "");
        EXPECT_FALSE(to_json(report).get_bool("signed").value());
    }
    auto moved = component({}, {}, "other");
    codec::append_wasm_custom(moved, "jwt", as_bytes(scan_tokens(good).value().found[0].token));
    EXPECT_FALSE(inspect(moved, now)->tokens[0].hash_valid);
    EXPECT_TRUE(inspect(moved, now)->tokens[0].signature_valid);
}

TEST(Inspect, SaysThatNoClaimCouldCoverAnImport) {
    const auto report = inspect(component({{"log", 1}}), now).value();
    EXPECT_NE(report.problem.find("'log'"), std::string::npos);
    EXPECT_EQ(to_json(report).get_string("problem").value(), report.problem);
    EXPECT_EQ(to_json(inspect(component({}), now).value()).find("problem"), nullptr);
}

TEST(Inspect, ReportsTheFirstTokensOfMany) {
    auto wasm = component({});
    for (std::size_t i = 0; i <= tokens_reported_max; ++i)
        codec::append_wasm_custom(wasm, "jwt", as_bytes("x"));

    const auto report = inspect(wasm, now).value();

    EXPECT_EQ(report.token_count, tokens_reported_max + 1);
    EXPECT_EQ(report.tokens.size(), tokens_reported_max);
    EXPECT_FALSE(inspect(to_bytes("no"), now));
}

// Modules and components that other tools signed: valid here, and admitted once their issuer is
// trusted with what they claim.
TEST(Inspect, AgreesWithOtherToolsOnTheirFiles) {
    const auto folder = codec::corpora_root() / "wasm-signed";
    WEFT_NEED_CORPUS(folder);
    for (const std::string_view file :
         {"hello_cpp.signed.wasm", "echo_messaging_v0.9.0.wasm", "logger.wasm", "signed_loop.wasm",
          "pinger_s.wasm", "ponger_s.wasm"}) {
        const auto text = codec::read_whole_file(folder / file);
        const auto report = inspect(as_bytes(text), now);
        ASSERT_TRUE(report) << file << report.error().message;
        ASSERT_EQ(report->tokens.size(), 1U) << file;
        EXPECT_TRUE(report->tokens[0].is_valid()) << file << report->tokens[0].problem;

        TrustPolicy policy;
        policy.issuers.push_back({.key = report->tokens[0].token->head.issuer,
                                  .name = "upstream",
                                  .grants = {"*"},
                                  .unstated = Unstated::all});
        const auto admission = admit(as_bytes(text), policy, now);
        ASSERT_TRUE(admission) << file << admission.error().message;
        EXPECT_EQ(admit(as_bytes(text), {}, now).error().slug.text(), "claims.issuer_unknown");
    }
    const auto loop = codec::read_whole_file(folder / "loop.wasm");
    EXPECT_EQ(inspect(as_bytes(loop), now)->token_count, 0U);
}

TEST(Inspect, AgreesWithTheOriginalToolsReport) {
    const auto folder = codec::corpora_root() / "wasm-signed";
    WEFT_NEED_CORPUS(folder);
    const auto expected =
        codec::parse_json(codec::read_whole_file(folder / "hello_cpp.signed.json")).value();
    const auto text = codec::read_whole_file(folder / "hello_cpp.signed.wasm");

    const auto report = inspect(as_bytes(text), now).value();
    const auto& token = report.tokens.at(0);

    EXPECT_EQ(token.text, expected.get_string("jwt").value());
    const auto ours = write_token(*token.token);
    for (const auto& [name, value] : *expected.find("claims")->as_object()) {
        if (name == "wascap") {
            for (const auto& [inner, inner_value] : *value.as_object())
                EXPECT_EQ(*ours.find("wascap")->find(inner), inner_value) << inner;
        } else {
            EXPECT_EQ(*ours.find(name), value) << name;
        }
    }
    const auto& validation = *expected.find("validation");
    EXPECT_EQ(token.signature_valid, validation.get_bool("signature_valid").value());
    EXPECT_EQ(token.expired, validation.get_bool("expired").value());
    EXPECT_EQ(token.too_early, validation.get_bool("cannot_use_yet").value());
}

}  // namespace
}  // namespace weft::claims
