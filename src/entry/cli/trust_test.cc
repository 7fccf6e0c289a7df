#include "entry/cli/trust.h"

#include <thread>

#include "base/crypto/nkeys.h"
#include "entry/cli/command_fixture_test.h"
#include "platform/claims/trust.h"

namespace weft::cli {
namespace {

using crypto::KeyKind;

constexpr const char* file = ".config/weft/trust.yaml";

class TrustCommand : public CommandTest {
  protected:
    std::string key(KeyKind kind = KeyKind::account) {
        return crypto::Seed::generate(kind, random).public_key().text();
    }
    claims::TrustPolicy policy(const std::string& name = file) const {
        return claims::read_trust(read(name)).value();
    }
};

TEST_F(TrustCommand, AddMakesTheFileForItsOwnerAlone) {
    const auto team = key();

    ASSERT_EQ(run({"trust", "add", team, "--grant", "wasi:http", "--grant",
                   "wasi:keyvalue/store,wasi:logging", "--name", "payments team"}),
              0)
        << err;

    EXPECT_EQ(out, "trusted " + team +
                       " 'payments team' may grant wasi:http, wasi:keyvalue/store, wasi:logging\n");
    EXPECT_EQ(mode(file), 0600U);
    EXPECT_EQ(mode(".config/weft"), 0700U);
    ASSERT_EQ(policy().issuers.size(), 1U);
    EXPECT_EQ(policy().issuers[0].key.text(), team);
    EXPECT_EQ(policy().issuers[0].grants,
              (std::vector<std::string>{"wasi:http", "wasi:keyvalue/store", "wasi:logging"}));
}

TEST_F(TrustCommand, AddKeepsWhatIsThere) {
    const auto first = key();
    const auto second = key();
    std::filesystem::create_directories(path(".config/weft"));
    write(file, "# ours\nissuers:\n  - key: " + first +
                    "\n    name: one\n    grants: [\"wasi:http\"]\n    unstated: all\n"
                    "unsigned: allow\n");

    ASSERT_EQ(run({"trust", "add", second, "--grant", "*"}), 0) << err;
    EXPECT_TRUE(err.ends_with("(trust.comments_lost)\n")) << err;
    ASSERT_EQ(run({"trust", "add", first, "--grant", "wasi:logging", "-o", "json"}), 0) << err;

    EXPECT_EQ(err, "");
    EXPECT_EQ(out_json().get_strings("grants").value(),
              (std::vector<std::string>{"wasi:http", "wasi:logging"}));
    const auto now = policy();
    ASSERT_EQ(now.issuers.size(), 2U);
    EXPECT_EQ(now.issuers[0].name, "one");
    EXPECT_EQ(now.issuers[0].unstated, claims::Unstated::all);
    EXPECT_EQ(now.issuers[1].grants, std::vector<std::string>{"*"});
    EXPECT_EQ(now.unsigned_code, claims::UnsignedCode::allow);
}

TEST_F(TrustCommand, AddTakesOnesOwnKeysWithEverything) {
    EXPECT_EQ(run({"trust", "add", "--mine"}), 5);
    EXPECT_TRUE(err.ends_with("(sign.account_missing)\n")) << err;
    ASSERT_EQ(run({"keys", "gen", "account", "-o", "json"}), 0) << err;
    const auto mine = out_json().get_string("public_key").value();
    ASSERT_EQ(run({"keys", "gen", "user"}), 0) << err;

    ASSERT_EQ(run({"trust", "add", "--mine"}), 0) << err;
    EXPECT_EQ(out, "trusted " + mine + " 'mine' may grant *\n");
    ASSERT_EQ(run({"trust", "add", "--mine", "--name", "me"}), 0) << err;
    EXPECT_EQ(out, "trusted " + mine + " 'me' may grant *\n");
    ASSERT_EQ(run({"trust", "add", "--mine", "--grant", "wasi:http", "-o", "json"}), 0) << err;
    EXPECT_EQ(out_json().get_array("issuers").value()->at(0).get_string("key").value(), mine);
    EXPECT_EQ(policy().issuers.size(), 1U);

    // What shows the key knows its name now.
    ASSERT_EQ(run({"keys", "get", mine}), 0) << err;
    EXPECT_TRUE(out.starts_with("public key  " + mine + " 'me'\n")) << out;
    ASSERT_EQ(run({"keys", "list"}), 0) << err;
    EXPECT_TRUE(out.contains(mine + ".nk  'me'\n")) << out;
    ASSERT_EQ(run({"trust", "remove", mine}), 0) << err;
    EXPECT_EQ(out, "no longer trusted: " + mine + " 'me'\n");
}

TEST_F(TrustCommand, ManyAtTheSameTimeAllCount) {
    std::vector<std::string> keys;
    for (int i = 0; i < 8; ++i) keys.push_back(key());
    {
        std::vector<std::jthread> threads;
        for (const auto& one : keys)
            threads.emplace_back([this, &one] {
                Environment environment;
                environment.variable = [this](const std::string& name) {
                    return std::optional(home + (name == "XDG_CONFIG_HOME" ? "/.config" : ""));
                };
                environment.out = [](std::string_view) {};
                environment.err = [](std::string_view text) { ADD_FAILURE() << text; };
                const std::vector<std::string> args = {"trust", "add", one, "--grant", "wasi:http"};
                EXPECT_EQ(cli::run(args, environment), 0);
            });
    }
    EXPECT_EQ(policy().issuers.size(), keys.size());
}

TEST_F(TrustCommand, AChangeKeepsModeAndLink) {
    std::filesystem::create_directories(path(".config/weft"));
    write("real.yaml", "unsigned: deny\n");
    std::filesystem::permissions(path("real.yaml"), std::filesystem::perms(0644));
    std::filesystem::create_symlink(path("real.yaml"), path(file));

    ASSERT_EQ(run({"trust", "add", key(), "--grant", "wasi:http"}), 0) << err;

    EXPECT_TRUE(std::filesystem::is_symlink(path(file)));
    EXPECT_EQ(mode("real.yaml"), 0644U);
    EXPECT_EQ(policy("real.yaml").issuers.size(), 1U);
}

TEST_F(TrustCommand, RefusesAFileThatOthersMayWrite) {
    write("t.yaml", "unsigned: deny\n");
    std::filesystem::permissions(path("t.yaml"), std::filesystem::perms(0664));
    for (const auto& args :
         std::vector<std::vector<std::string>>{{"trust", "list"},
                                               {"trust", "add", key(), "--grant", "*"},
                                               {"trust", "remove", key()}}) {
        auto words = args;
        words.insert(words.end(), {"--trust-file", "t.yaml"});
        EXPECT_EQ(run(words), 6);
        EXPECT_TRUE(err.ends_with("run: chmod go-w '" + path("t.yaml") + "' (file.unsafe)\n"))
            << err;
    }
}

TEST_F(TrustCommand, ListShowsEverything) {
    const auto team = key();
    const auto root = key(KeyKind::operator_);
    const auto lost = key();
    write("t.yaml", "issuers:\n  - key: " + team +
                        "\n    grants: [\"wasi:http\"]\n    unstated: all\n" +
                        "operators:\n  - key: " + root + "\n    name: root\n    grants: [\"*\"]\n" +
                        "revoked: [" + lost + "]\nunsigned: allow\n");

    ASSERT_EQ(run({"trust", "list", "--trust-file", "t.yaml"}), 0) << err;
    EXPECT_EQ(out, "issuer   " + team +
                       " (no name) may grant wasi:http; tokens that state nothing claim all of "
                       "it\noperator " +
                       root + " 'root' may grant *\nrevoked  " + lost +
                       "\nunsigned code is allowed\n");

    ASSERT_EQ(run({"trust", "list", "--trust-file", "t.yaml", "-o", "json"}), 0) << err;
    const auto json = out_json();
    EXPECT_EQ(json.get_string("unsigned").value(), "allow");
    EXPECT_EQ(json.get_array("issuers").value()->at(0).get_string("unstated").value(), "all");
    EXPECT_EQ(json.get_array("operators").value()->at(0).get_string("key").value(), root);
    EXPECT_EQ(json.get_strings("revoked").value(), std::vector<std::string>{lost});
}

TEST_F(TrustCommand, ListOfAMissingFileTrustsNobody) {
    ASSERT_EQ(run({"trust", "list"}), 0) << err;
    EXPECT_TRUE(out.contains("trusts nobody; add an account with 'weft trust add'")) << out;
    EXPECT_FALSE(exists(".config"));
}

TEST_F(TrustCommand, RemoveTakesOutTheKey) {
    const auto team = key();
    const auto other = key();
    ASSERT_EQ(run({"trust", "add", team, "--grant", "wasi:http"}), 0) << err;
    ASSERT_EQ(run({"trust", "add", other, "--grant", "wasi:http"}), 0) << err;

    ASSERT_EQ(run({"trust", "remove", team}), 0) << err;

    EXPECT_EQ(out, "no longer trusted: " + team + "\n");
    ASSERT_EQ(policy().issuers.size(), 1U);
    EXPECT_EQ(policy().issuers[0].key.text(), other);
    EXPECT_EQ(run({"trust", "remove", team, "-o", "json"}), 3);
    EXPECT_TRUE(err.contains("\"slug\":\"trust.issuer_missing\"")) << err;
    EXPECT_EQ(out, "");
}

TEST_F(TrustCommand, RefusalsLeaveTheFileAsItIs) {
    const std::string content = "issuers: [oops]\n";
    write("t.yaml", content);
    std::filesystem::create_directory(path("dir"));
    write("big.yaml", std::string(trust_bytes_max + 1, '#'));
    const auto team = key();
    const auto check = [&](std::vector<std::string> args, int code, const std::string& slug) {
        EXPECT_EQ(run(args), code);
        EXPECT_TRUE(err.ends_with("(" + slug + ")\n")) << err;
        EXPECT_EQ(out, "");
    };

    check({"trust", "add", team}, 2, "trust.grant_missing");
    check({"trust", "add", "--grant", "*"}, 2, "trust.key_missing");
    check({"trust", "add", team, "--mine"}, 2, "trust.key_missing");
    check({"trust", "add", "A", "--grant", "wasi:http"}, 2, "key.length_invalid");
    check({"trust", "add", key(KeyKind::module_), "--grant", "wasi:http"}, 2, "key.kind_wrong");
    check({"trust", "add", team, "--grant", "http"}, 2, "claims.capability_invalid");
    check({"trust", "add", team, "--grant", "wasi:http", "--trust-file", "t.yaml"}, 2,
          "trust.value_invalid");
    check({"trust", "list", "--trust-file", "t.yaml"}, 2, "trust.value_invalid");
    check({"trust", "list", "--trust-file", "dir"}, 2, "file.is_directory");
    check({"trust", "list", "--trust-file", "big.yaml"}, 8, "file.too_large");
    check({"trust", "list", "--trust-file", ""}, 2, "cli.path_empty");
    check({"trust", "remove", "A"}, 2, "key.length_invalid");
    check({"trust", "remove", team}, 3, "trust.issuer_missing");

    EXPECT_EQ(read("t.yaml"), content);
    EXPECT_FALSE(exists(file));
}

}  // namespace
}  // namespace weft::cli
