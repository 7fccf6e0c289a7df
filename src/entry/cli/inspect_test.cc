#include "entry/cli/inspect.h"

#include <cstdlib>

#include "base/crypto/jws.h"
#include "entry/cli/command_fixture_test.h"
#include "platform/claims/embed.h"
#include "platform/claims/fixture_test.h"

namespace weft::cli {
namespace {

using crypto::KeyKind;

class InspectCommand : public CommandTest {
  protected:
    InspectCommand() {
        clock = FixedClock(std::chrono::seconds(claims::testing::now));
        write("plain.wasm", as_text(plain));
        write("signed.wasm", as_text(claims::testing::sign(plain)));
    }
    const Bytes plain = claims::testing::component({{"wasi:http/types@0.2.0"}},
                                                   {{"wasi:http/incoming-handler@0.2.0"}});
    const std::string issuer = claims::testing::key(KeyKind::account).text();
};

TEST_F(InspectCommand, FileSaysWhatItIs) {
    ASSERT_EQ(run({"inspect", "plain.wasm"}), 0) << err;

    EXPECT_TRUE(out.starts_with("kind     component\nsize     ")) << out;
    EXPECT_TRUE(out.contains("\ndigest   sha256:")) << out;
    EXPECT_TRUE(out.contains("\nimport   wasi:http/types@0.2.0\n")) << out;
    EXPECT_TRUE(out.contains("\nexport   wasi:http/incoming-handler@0.2.0\n")) << out;
    EXPECT_TRUE(out.ends_with("\ntoken    none: it is not signed\n")) << out;

    ASSERT_EQ(run({"inspect", "signed.wasm"}), 0) << err;
    EXPECT_TRUE(out.contains("\nissuer   " + issuer + "\n")) << out;
    ASSERT_EQ(run({"inspect", "signed.wasm", "-o", "json"}), 0) << err;
    EXPECT_EQ(out_json().get_string("kind").value(), "component");
}

TEST_F(InspectCommand, ClaimsSayWhatTheTokenSays) {
    ASSERT_EQ(run({"claims", "inspect", "signed.wasm"}), 0) << err;

    EXPECT_EQ(out, "name     hello\nrev      3\nversion  0.1.0\ncaps     wasi:http\nsubject  " +
                       claims::testing::key(KeyKind::module_).text() + "\nissuer   " + issuer +
                       "\nissued   2027-01-15T08:00:00.000Z\nexpires  never\n"
                       "token    valid: signature, content and time are right\n");
    EXPECT_EQ(err, "");
}

TEST_F(InspectCommand, ClaimsGoToPrograms) {
    ASSERT_EQ(run({"claims", "inspect", "-o", "json", "signed.wasm"}), 0) << err;

    const auto json = out_json();
    EXPECT_TRUE(json.get_bool("signed").value());
    const auto& token = json.get_array("tokens").value()->at(0);
    EXPECT_TRUE(token.get_bool("valid").value());
    EXPECT_EQ(token.find("claims")->get_string("iss").value(), issuer);
}

TEST_F(InspectCommand, ClaimsSayWhatIsMissing) {
    write("a.wasm", as_text(claims::testing::sign(plain, {.caps = {"wasi:keyvalue"}})));
    write("b.wasm", as_text(claims::testing::sign(plain, {.caps = {}})));

    EXPECT_EQ(run({"claims", "inspect", "a.wasm"}), 0) << err;
    EXPECT_TRUE(out.contains("\nlacks    wasi:http/")) << out;
    EXPECT_EQ(run({"claims", "inspect", "b.wasm"}), 0) << err;
    EXPECT_TRUE(out.contains("\ncaps     none\n")) << out;
}

TEST_F(InspectCommand, ClaimsRefuseAnUnsignedFile) {
    EXPECT_EQ(run({"claims", "inspect", "plain.wasm"}), 7);
    EXPECT_TRUE(err.ends_with("(inspect.token_missing)\n")) << err;
    EXPECT_EQ(run({"claims", "token", "plain.wasm"}), 7);
    EXPECT_TRUE(err.ends_with("(inspect.token_missing)\n")) << err;
    EXPECT_EQ(out, "");
}

TEST_F(InspectCommand, ClaimsRefuseATokenThatProvesNothing) {
    const auto check = [this](const Bytes& wasm, const std::string& reason) {
        write("bad.wasm", as_text(wasm));
        EXPECT_EQ(run({"claims", "inspect", "bad.wasm"}), 7);
        EXPECT_TRUE(out.contains("token    not valid: " + reason)) << out;
        EXPECT_TRUE(err.contains("proves nothing: " + reason)) << err;
        EXPECT_TRUE(err.ends_with("(inspect.token_invalid)\n")) << err;
        EXPECT_EQ(run({"claims", "inspect", "bad.wasm", "-o", "json"}), 7);
        EXPECT_FALSE(out_json().get_bool("signed").value());
        EXPECT_EQ(run({"inspect", "bad.wasm"}), 0) << err;
    };
    const auto now = clock.now_unix_s();
    check(claims::testing::sign(plain, {.expires_at = now - 100'000}), "it is expired");
    check(claims::testing::sign(plain, {.not_before = now + 100'000}), "it is not valid yet");
    auto other = claims::testing::sign(plain);
    codec::append_wasm_custom(other, "more", as_bytes("x"));
    check(other, "it was made for other content");
    check(claims::embed_token(plain, "a.b").value(), "");
}

TEST_F(InspectCommand, ClaimsRefuseSeveralTokens) {
    auto wasm = claims::testing::sign(plain);
    codec::append_wasm_custom(wasm, "jwt", as_bytes("x"));
    write("two.wasm", as_text(wasm));

    EXPECT_EQ(run({"claims", "inspect", "two.wasm"}), 7);
    EXPECT_TRUE(err.ends_with("(inspect.token_several)\n")) << err;
    EXPECT_EQ(run({"claims", "token", "two.wasm"}), 7);
    EXPECT_TRUE(err.ends_with("(claims.token_several)\n")) << err;
    EXPECT_EQ(out, "");
}

TEST_F(InspectCommand, ClaimsShowOtherTokensWithinAComponent) {
    const auto account = claims::testing::seed(KeyKind::account);
    const claims::TokenHead head{.id = "X",
                                 .issued_at = 253'402'300'800,
                                 .issuer = account.public_key(),
                                 .subject = claims::testing::key(KeyKind::provider),
                                 .expires_at = std::nullopt,
                                 .not_before = 7,
                                 .revision = 3};
    const claims::ProviderClaims provider{.name = "store",
                                          .vendor = "us",
                                          .rev = 1,
                                          .version = "1",
                                          .target_hashes = {},
                                          .capability_id = ""};
    const auto token = claims::sign_token({head, provider}, account).value();
    write("prov.wasm", as_text(claims::embed_token(plain, token).value()));

    EXPECT_EQ(run({"claims", "inspect", "prov.wasm"}), 7);

    EXPECT_TRUE(out.contains("vendor   us\n")) << out;
    EXPECT_TRUE(out.contains("issued   253402300800 seconds after 1970\n")) << out;
    EXPECT_TRUE(out.contains("from     1970-01-01T00:00:07.000Z\n")) << out;
    EXPECT_TRUE(err.contains("the token is not a component's")) << err;
}

TEST_F(InspectCommand, TokenPrintsItAlone) {
    ASSERT_EQ(run({"claims", "token", "signed.wasm"}), 0) << err;
    ASSERT_TRUE(out.ends_with('\n'));
    out.pop_back();
    EXPECT_TRUE(crypto::decode_jws(out)) << out;
    const auto token = out;

    ASSERT_EQ(run({"claims", "token", "signed.wasm", "-o", "json"}), 0) << err;
    EXPECT_EQ(out_json().get_string("token").value(), token);
}

TEST_F(InspectCommand, TokenRefusesWhatIsNone) {
    write("bad.wasm", as_text(claims::embed_token(plain, "no token\x1b[2J").value()));

    EXPECT_EQ(run({"claims", "token", "bad.wasm"}), 7);
    EXPECT_EQ(out, "");
    EXPECT_TRUE(err.contains("(jwt.")) << err;
}

TEST_F(InspectCommand, HostileNamesCannotReachTheTerminal) {
    write("bad.wasm", as_text(claims::testing::component({{"a:b/\x1b[2J\n"}})));

    ASSERT_EQ(run({"inspect", "bad.wasm"}), 0) << err;

    EXPECT_FALSE(out.contains('\x1b')) << out;
    EXPECT_TRUE(out.contains("import   a:b/\\x1b[2J\\n\n")) << out;
}

TEST_F(InspectCommand, EveryCommandRefusesBrokenFiles) {
    write("text.wasm", "hello");
    write("cut.wasm", read("plain.wasm").substr(0, 40));
    std::filesystem::create_directory(path("dir"));
    for (const auto& command : std::vector<std::vector<std::string>>{
             {"inspect"}, {"claims", "inspect"}, {"claims", "token"}}) {
        const auto check = [&](const std::string& file, int code, const std::string& slug) {
            auto args = command;
            args.push_back(file);
            EXPECT_EQ(run(args), code);
            EXPECT_TRUE(err.ends_with("(" + slug + ")\n")) << err;
            EXPECT_EQ(out, "");
        };
        check("none.wasm", 3, "file.not_found");
        check("dir", 2, "file.is_directory");
        check("text.wasm", 13, "wasm.not_wasm");
        check("cut.wasm", 13, "wasm.section_past_end");
        check("", 2, "cli.path_empty");
    }
}

TEST_F(InspectCommand, RefusesAFileOverTheLimitUnread) {
    write("big.wasm", "");
    std::filesystem::resize_file(path("big.wasm"), 100 * 1024 * 1024 + 1);

    EXPECT_EQ(run({"inspect", "big.wasm"}), 8);
    EXPECT_TRUE(err.ends_with("(file.too_large)\n")) << err;
}

/// A module that another tool signed.
TEST_F(InspectCommand, ReadsTheTokensOfWascap) {
    const char* const set = std::getenv("WEFT_CORPORA");
    const std::string corpora = set != nullptr ? set : WEFT_SOURCE_DIR "/../shared/corpora";
    const auto file = corpora + "/wasm-signed/logger.wasm";
    if (!std::filesystem::exists(file)) {
        const char* const ci = std::getenv("CI");
        ASSERT_FALSE(ci != nullptr && std::string_view(ci) == "true") << file << " is missing";
        GTEST_SKIP() << file << " is missing";
    }

    EXPECT_EQ(run({"claims", "inspect", file}), 0) << out << err;
    EXPECT_TRUE(out.contains("token    valid")) << out;
}

class Explain : public InspectCommand {
  protected:
    Explain() {
        const auto wasm = claims::testing::component({{"wasi:http/types@0.2.0"},
                                                      {"wasi:http/outgoing-handler@0.2.0"},
                                                      {"wasi:keyvalue/store@0.2.0-draft"},
                                                      {"acme:a/b"},
                                                      {"wasi:logging/logging"}},
                                                     {{"wasi:http/incoming-handler@0.2.0"}});
        write("caller.wasm",
              as_text(claims::testing::sign(
                  wasm, {.caps = {"wasi:http", "wasi:keyvalue", "acme:a", "wasi:logging"}})));
        write("app.yaml", R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: {name: app, annotations: {version: v1}}
spec:
  components:
    - name: caller
      type: component
      properties: {image: ./caller.wasm}
      traits:
        - type: link
          properties: {target: callee, namespace: acme, package: a, interfaces: [b]}
    - name: callee
      type: component
      properties: {image: ./plain.wasm}
)");
        write("plain.wasm", as_text(claims::testing::sign(plain)));
    }
};

TEST_F(Explain, SaysForEachImportWhatAllowsIt) {
    EXPECT_EQ(run({"inspect", "--explain", "app.yaml", "--trust", issuer}), 6) << err;

    EXPECT_TRUE(out.starts_with("app-caller\n")) << out;
    EXPECT_TRUE(
        out.contains("acme:a/b                                 claim yes  grant yes  link "
                     "yes  ok: app-callee by link 'default'\n"))
        << out;
    EXPECT_TRUE(
        out.contains("wasi:keyvalue/store                      claim yes  grant yes  link "
                     "no   refused: no link leads on\n"))
        << out;
    EXPECT_TRUE(out.contains("link -    ok: the host answers it\n")) << out;
    EXPECT_TRUE(out.contains("refused: this version sends no requests\n")) << out;
    EXPECT_TRUE(err.contains("calls of 2 imports would be refused")) << err;
}

TEST_F(Explain, GoesToProgramsAndKnowsClaimAndGrant) {
    write("trust.yaml", "issuers:\n  - key: " + issuer + "\n    grants: [\"wasi:keyvalue\"]\n");
    run({"inspect", "--explain", "app.yaml", "--trust-file", "trust.yaml", "-o", "json"});

    const auto json = out_json();
    const auto& caller = json.get_array("components").value()->at(0);
    for (const auto& import : *caller.get_array("imports").value()) {
        const bool is_keyvalue = import.get_string("interface").value() == "wasi:keyvalue/store";
        EXPECT_TRUE(import.get_bool("claim").value());
        EXPECT_EQ(import.get_bool("grant").value(), is_keyvalue);
        EXPECT_FALSE(import.get_bool("allowed").value());
    }
}

TEST_F(Explain, NeedsAnIssuerThatIsTrusted) {
    EXPECT_NE(run({"inspect", "--explain", "app.yaml"}), 0);
    EXPECT_TRUE(err.contains("claims.issuer_unknown")) << err;
}

}  // namespace
}  // namespace weft::cli
