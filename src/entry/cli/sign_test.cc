#include "entry/cli/sign.h"

#include <thread>

#include "base/crypto/nkeys.h"
#include "entry/cli/command_fixture_test.h"
#include "entry/cli/sign_keys.h"
#include "platform/claims/fixture_test.h"
#include "platform/claims/inspect.h"
#include "platform/claims/verify.h"

namespace weft::cli {
namespace {

using crypto::KeyKind;

class SignCommand : public CommandTest {
  protected:
    SignCommand() {
        write("hello.wasm", as_text(claims::testing::component(
                                {{"wasi:http/outgoing-handler@0.2.0"}, {"wasi:io/streams@0.2.0"}},
                                {{"wasi:http/incoming-handler@0.2.0"}})));
    }
    std::string gen(const std::string& kind) {
        EXPECT_EQ(run({"keys", "gen", kind, "-o", "json"}), 0) << err;
        return out_json().get_string("public_key").value();
    }
    int sign(std::vector<std::string> more) {
        more.insert(more.begin(), {"claims", "sign", "hello.wasm", "--name", "hello"});
        return run(more);
    }
    claims::Token token_of(const std::string& name) const {
        const auto content = read(name);
        const auto found = claims::inspect(as_bytes(content), clock.now_unix_s()).value();
        EXPECT_TRUE(found.tokens.at(0).is_valid()) << found.tokens.at(0).problem;
        return found.tokens.at(0).token.value();
    }
    static const claims::ComponentClaims& component(const claims::Token& token) {
        return std::get<claims::ComponentClaims>(token.body);
    }
};

TEST_F(SignCommand, SignsWithTheOneAccountAndAModuleKeyOfTheName) {
    const auto account = gen("account");
    gen("user");

    ASSERT_EQ(sign({"--caps", "wasi:http", "-o", "hello_s.wasm"}), 0) << err;

    EXPECT_EQ(err, "");
    EXPECT_TRUE(out.starts_with("signed   " + path("hello_s.wasm") + "\nname     hello\n")) << out;
    const auto token = token_of("hello_s.wasm");
    EXPECT_EQ(token.head.issuer.text(), account);
    EXPECT_EQ(token.head.subject.kind(), KeyKind::module_);
    EXPECT_EQ(token.head.issued_at, clock.now_unix_s());
    EXPECT_FALSE(token.head.expires_at);
    EXPECT_EQ(component(token).name, "hello");
    EXPECT_EQ(component(token).caps, std::vector<std::string>{"wasi:http"});
    EXPECT_FALSE(component(token).rev);
    EXPECT_EQ(mode(".local/share/weft/keys/hello_module.nk"), 0600U);
}

TEST_F(SignCommand, WritesWhatAHostAdmits) {
    const auto account = gen("account");
    ASSERT_EQ(sign({"--caps", "wasi:http"}), 0) << err;
    claims::TrustPolicy policy;
    policy.issuers.push_back(claims::issuer_with_every_grant(account).value());

    const auto content = read("hello_s.wasm");
    const auto admission = claims::admit(as_bytes(content), policy, clock.now_unix_s());

    EXPECT_TRUE(admission) << admission.error().message;
}

TEST_F(SignCommand, TakesTheFormOfTheOutputAsEveryCommand) {
    gen("account");
    ASSERT_EQ(sign({"--caps", "wasi:http", "-o", "json"}), 0) << err;

    EXPECT_EQ(out_json().get_string("file").value(), home + "/hello_s.wasm");
}

TEST_F(SignCommand, KeepsTheComponentsKeyThroughRevisions) {
    gen("account");
    ASSERT_EQ(sign({"--caps", "wasi:http", "-o", "a.wasm", "--rev", "1"}), 0) << err;
    ASSERT_EQ(sign({"--caps", "wasi:http", "-o", "b.wasm", "--rev", "2"}), 0) << err;

    EXPECT_EQ(token_of("a.wasm").head.subject, token_of("b.wasm").head.subject);
    EXPECT_EQ(component(token_of("b.wasm")).rev, 2);
}

TEST_F(SignCommand, PassesOnEveryOption) {
    gen("account");
    const auto team = gen("account");
    const auto subject = gen("module");

    ASSERT_EQ(sign({"--caps",       "wasi:http,wasi:logging",
                    "--caps",       "wasi:keyvalue/store",
                    "--key",        team,
                    "--subject",    subject,
                    "--rev",        "7",
                    "--ver",        "1.2.3",
                    "--expires",    "2",
                    "--tag",        "a",
                    "--tag",        "b,c",
                    "--call-alias", "Say-Hello",
                    "-o",           "out.wasm",
                    "--json"}),
              0)
        << err;

    const auto json = out_json();
    EXPECT_EQ(json.get_string("file").value(), path("out.wasm"));
    EXPECT_EQ(json.get_string("issuer").value(), team);
    EXPECT_EQ(json.get_string("subject").value(), subject);
    EXPECT_TRUE(json.get_strings("unclaimed").value().empty());
    const auto token = token_of("out.wasm");
    EXPECT_EQ(token.head.issuer.text(), team);
    EXPECT_EQ(token.head.subject.text(), subject);
    EXPECT_EQ(token.head.expires_at, clock.now_unix_s() + 2 * 86'400);
    EXPECT_EQ(component(token).caps,
              (std::vector<std::string>{"wasi:http", "wasi:logging", "wasi:keyvalue/store"}));
    EXPECT_EQ(component(token).tags, (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(component(token).version, "1.2.3");
    EXPECT_EQ(component(token).rev, 7);
    EXPECT_EQ(component(token).call_alias, "say_hello");
    EXPECT_FALSE(exists(".local/share/weft/keys/hello_module.nk"));
}

TEST_F(SignCommand, TakesASeedFile) {
    const auto seed = crypto::Seed::generate(KeyKind::account, random);
    const auto text = seed.text().reveal();
    for (const auto& content :
         {text + "\r\n", "\n# of the team\n  " + text + "\n\n",
          "-----BEGIN USER NKEY SEED-----\n" + text + "\n------END USER NKEY SEED------\n"}) {
        write("team.nk", content);
        std::filesystem::permissions(path("team.nk"), std::filesystem::perms(0600));

        ASSERT_EQ(sign({"--caps", "wasi:http", "--key", "team.nk"}), 0) << err;

        EXPECT_EQ(token_of("hello_s.wasm").head.issuer, seed.public_key());
    }
    write("two.nk", text + "\n" + text + "\n");
    std::filesystem::permissions(path("two.nk"), std::filesystem::perms(0600));
    EXPECT_EQ(sign({"--caps", "wasi:http", "--key", "two.nk"}), 2);
}

TEST_F(SignCommand, HintsAtAWordThatLooksLikeAFormOfTheOutput) {
    gen("account");

    ASSERT_EQ(sign({"--caps", "auto", "-o", "yaml"}), 0) << err;
    EXPECT_TRUE(err.contains("as with --out")) << err;
    EXPECT_TRUE(exists("yaml"));
    ASSERT_EQ(sign({"--caps", "auto", "-o", "./yaml"}), 0) << err;
    EXPECT_EQ(err, "");
}

TEST_F(SignCommand, RefusesASeedThatOthersMayRead) {
    write("team.nk", crypto::Seed::generate(KeyKind::account, random).text().reveal());
    std::filesystem::permissions(path("team.nk"), std::filesystem::perms(0640));

    EXPECT_EQ(sign({"--key", "team.nk"}), 6);

    EXPECT_TRUE(err.ends_with("run: chmod 600 '" + path("team.nk") + "' (file.unsafe)\n")) << err;
}

TEST_F(SignCommand, SaysWhatTheComponentNeedsAndTakesItByItself) {
    gen("account");

    ASSERT_EQ(sign({"--caps", "wasi:http"}), 0) << err;
    EXPECT_TRUE(
        out.ends_with("needs    --caps wasi:http/outgoing-handler,wasi:http/incoming-handler\n"))
        << out;
    ASSERT_EQ(sign({"--caps", "wasi:filesystem,auto"}), 0) << err;

    EXPECT_EQ(err, "");
    EXPECT_EQ(component(token_of("hello_s.wasm")).caps,
              (std::vector<std::string>{"wasi:filesystem", "wasi:http/outgoing-handler",
                                        "wasi:http/incoming-handler"}));
    write("hello.wasm", as_text(claims::testing::component({{"wasi:io/streams@0.2.0"}})));
    ASSERT_EQ(sign({"--caps", "auto"}), 0) << err;
    EXPECT_TRUE(out.ends_with("caps     none\nneeds    nothing\n")) << out;
}

TEST_F(SignCommand, ManyOfOneNewNameAgreeOnItsKey) {
    gen("account");
    std::vector<std::string> keys(8);
    {
        std::vector<std::jthread> threads;
        for (auto& key : keys)
            threads.emplace_back([this, &key] {
                SystemRandom own;
                Environment environment;
                environment.random = &own;
                environment.variable = [this](const std::string&) { return std::optional(home); };
                const auto subject = ensure_subject(environment, std::nullopt, "new");
                key = subject ? subject->text() : subject.error().message;
            });
    }
    EXPECT_EQ(keys, std::vector<std::string>(8, keys.front()));
    EXPECT_TRUE(keys.front().starts_with("M")) << keys.front();
}

TEST_F(SignCommand, WarnsOfWhatTheClaimsLeaveOut) {
    gen("account");

    ASSERT_EQ(sign({"--caps", "wasi:http/incoming-handler"}), 0) << err;
    EXPECT_TRUE(
        err.contains("uses wasi:http/outgoing-handler, which --caps does not name; sign "
                     "it with: --caps wasi:http/incoming-handler,wasi:http/outgoing-handler"))
        << err;
    EXPECT_TRUE(err.ends_with("(sign.claims_incomplete)\n")) << err;

    ASSERT_EQ(sign({"--json"}), 0) << err;
    EXPECT_EQ(out_json().get_strings("unclaimed").value().size(), 2U);
    write("hello.wasm", as_text(claims::testing::component({{"run"}})));
    ASSERT_EQ(sign({}), 0) << err;
    EXPECT_TRUE(err.ends_with("(claims.name_unsupported)\n")) << err;
}

struct Refusal {
    std::string name;
    std::vector<std::string> args;  ///< Behind `claims sign`.
    int exit_code;
    std::string slug;
    unsigned accounts = 1;
};

class SignRefusal : public SignCommand, public ::testing::WithParamInterface<Refusal> {};

TEST_P(SignRefusal, WritesNoFile) {
    for (unsigned i = 0; i < GetParam().accounts; ++i) gen("account");
    write("text.wasm", "hello");
    std::filesystem::permissions(path("text.wasm"), std::filesystem::perms(0600));
    write("short.wasm", std::string_view("\0asm", 4));
    write("cut.wasm", read("hello.wasm").substr(0, 40));
    std::filesystem::create_directory(path("dir"));
    std::vector<std::string> args = {"claims", "sign"};
    args.insert(args.end(), GetParam().args.begin(), GetParam().args.end());

    EXPECT_EQ(run(args), GetParam().exit_code);

    EXPECT_TRUE(err.ends_with("(" + GetParam().slug + ")\n")) << err;
    EXPECT_EQ(out, "");
    EXPECT_FALSE(exists("hello_s.wasm"));
    EXPECT_FALSE(exists("text_s.wasm") || exists("short_s.wasm") || exists("cut_s.wasm"));
}

INSTANTIATE_TEST_SUITE_P(
    All, SignRefusal,
    ::testing::Values(
        Refusal{"no_file", {"--name", "hello"}, 2, "cli.argument_missing"},
        Refusal{"no_name", {"hello.wasm"}, 2, "cli.argument_missing"},
        Refusal{"missing", {"x.wasm", "--name", "x"}, 3, "file.not_found"},
        Refusal{"directory", {"dir", "--name", "x"}, 2, "file.is_directory"},
        Refusal{"text", {"text.wasm", "--name", "x"}, 13, "wasm.not_wasm"},
        Refusal{"short", {"short.wasm", "--name", "x"}, 13, "wasm.truncated_preamble"},
        Refusal{"cut", {"cut.wasm", "--name", "x"}, 13, "wasm.section_past_end"},
        Refusal{"no_account", {"hello.wasm", "--name", "x"}, 5, "sign.account_missing", 0},
        Refusal{"two_accounts", {"hello.wasm", "--name", "x"}, 5, "sign.account_several", 2},
        Refusal{"caps",
                {"hello.wasm", "--name", "x", "--caps", "http"},
                2,
                "claims.capability_invalid"},
        Refusal{"empty_name", {"hello.wasm", "--name", ""}, 2, "sign.name_unfit"},
        Refusal{"path_name", {"hello.wasm", "--name", "../x"}, 2, "sign.name_unfit"},
        Refusal{"hidden_name", {"hello.wasm", "--name", ".x"}, 2, "sign.name_unfit"},
        Refusal{"long_name",
                {"hello.wasm", "--name", std::string(key_name_chars_max + 1, 'n')},
                2,
                "sign.name_unfit"},
        Refusal{
            "subject", {"hello.wasm", "--name", "x", "--subject", "M"}, 2, "key.length_invalid"},
        Refusal{"rev", {"hello.wasm", "--name", "x", "--rev", "-1"}, 2, "cli.number_wrong"},
        Refusal{"expires", {"hello.wasm", "--name", "x", "--expires", "0"}, 2, "cli.number_wrong"},
        Refusal{"expires_late",
                {"hello.wasm", "--name", "x", "--expires", "36501"},
                2,
                "cli.number_wrong"},
        Refusal{"key_file", {"hello.wasm", "--name", "x", "--key", "x.nk"}, 3, "file.not_found"},
        Refusal{"key_text",
                {"hello.wasm", "--name", "x", "--key", "text.wasm"},
                2,
                "key.length_invalid"},
        Refusal{"out", {"hello.wasm", "--name", "x", "-o", "./dir"}, 2, "file.is_directory"},
        Refusal{"out_missing",
                {"hello.wasm", "--name", "x", "-o", "no/out.wasm"},
                3,
                "file.not_found"}),
    [](const auto& param) { return param.param.name; });

TEST_F(SignCommand, TakesTheLongestName) {
    gen("account");
    const std::string name(key_name_chars_max, 'n');

    EXPECT_EQ(run({"claims", "sign", "hello.wasm", "--name", name, "--expires", "36500"}), 0)
        << err;
}

TEST_F(SignCommand, RefusesAnIssuerThatIsNoAccount) {
    const auto user = gen("user");

    EXPECT_EQ(sign({"--key", user}), 2);
    EXPECT_TRUE(err.ends_with("(claims.sign_keys)\n")) << err;
}

TEST_F(SignCommand, RefusesAKeyThatIsNotKept) {
    const auto key = crypto::Seed::generate(KeyKind::account, random).public_key().text();

    EXPECT_EQ(sign({"--key", key}), 3);
    EXPECT_TRUE(err.ends_with("(keys.key_missing)\n")) << err;
}

TEST_F(SignCommand, NeverRepeatsASeed) {
    const auto seed = crypto::Seed::generate(KeyKind::account, random).text();

    EXPECT_EQ(sign({"--key", seed.reveal()}), 2);
    EXPECT_TRUE(err.ends_with("(key.is_seed)\n")) << err;
    EXPECT_FALSE(err.contains(seed.reveal()));
}

TEST_F(SignCommand, RefusesAModuleKeyFileThatIsBroken) {
    gen("account");
    const auto seed_file = ".local/share/weft/keys/hello_module.nk";
    write(seed_file, "broken");
    std::filesystem::permissions(path(seed_file), std::filesystem::perms(0600));

    EXPECT_EQ(sign({}), 2);
    EXPECT_TRUE(err.contains("hello_module.nk")) << err;
    EXPECT_EQ(read(".local/share/weft/keys/hello_module.nk"), "broken");
}

}  // namespace
}  // namespace weft::cli
