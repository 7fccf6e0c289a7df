#include "entry/cli/keys.h"

#include "base/crypto/nkeys.h"
#include "entry/cli/command_fixture_test.h"
#include "entry/cli/key_store.h"

namespace weft::cli {
namespace {

using KeysCommand = CommandTest;

TEST_F(KeysCommand, GenKeepsASeedThatOnlyItsOwnerReads) {
    ASSERT_EQ(run({"keys", "gen", "account", "-o", "json"}), 0) << err;

    const auto key = out_json().get_string("public_key").value();
    const auto file = out_json().get_string("seed_file").value();
    EXPECT_EQ(file, home + "/.local/share/weft/keys/" + key + ".nk");
    EXPECT_EQ(mode(".local/share/weft/keys/" + key + ".nk"), 0600U);
    EXPECT_EQ(mode(".local/share/weft/keys"), 0700U);
    const auto content = read(".local/share/weft/keys/" + key + ".nk");
    ASSERT_TRUE(content.ends_with('\n'));
    const auto seed = crypto::Seed::parse(std::string_view(content).substr(0, 58));
    ASSERT_TRUE(seed) << seed.error().message;
    EXPECT_EQ(seed->public_key().text(), key);
    EXPECT_FALSE(out.contains(content.substr(0, 58)));
}

TEST_F(KeysCommand, GenMakesEveryKind) {
    for (const auto& row : crypto::key_kinds()) {
        ASSERT_EQ(run({"keys", "gen", std::string(row.name)}), 0) << err;
        EXPECT_TRUE(out.starts_with("public key  ")) << out;
        EXPECT_EQ(out.at(12), row.letter);
        EXPECT_TRUE(out.contains("\nseed file   ")) << out;
    }
}

TEST_F(KeysCommand, GenNeverOverwrites) {
    ASSERT_EQ(run({"keys", "gen", "account", "-o", "json"}), 0) << err;
    const auto file =
        ".local/share/weft/keys/" + out_json().get_string("public_key").value() + ".nk";
    const auto before = read(file);
    random = SeededRandom(7);

    EXPECT_EQ(run({"keys", "gen", "account"}), 4);

    EXPECT_TRUE(err.ends_with("(file.exists)\n")) << err;
    EXPECT_EQ(out, "");
    EXPECT_EQ(read(file), before);
}

TEST_F(KeysCommand, GenRefusesAKindThatThereIsNot) {
    EXPECT_EQ(run({"keys", "gen", "acount"}), 2);
    EXPECT_EQ(err,
              "weft: unknown kind of key 'acount'; did you mean 'account'? (keys.kind_unknown)\n");
    EXPECT_EQ(run({"keys", "gen", "zzzzzzzzz"}), 2);
    EXPECT_TRUE(err.contains("the kinds are operator, account, user, module")) << err;
    EXPECT_FALSE(exists(".local"));
}

TEST_F(KeysCommand, GenSaysWhenTheFolderCannotBeMade) {
    write("file", "");
    variables["XDG_DATA_HOME"] = path("file");

    EXPECT_EQ(run({"keys", "gen", "account"}), 2);

    EXPECT_TRUE(err.ends_with("(file.not_directory)\n")) << err;
}

TEST_F(KeysCommand, ListShowsWhatIsThere) {
    ASSERT_EQ(run({"keys", "list"}), 0) << err;
    EXPECT_TRUE(out.contains("make one with 'weft keys gen account'")) << out;
    ASSERT_EQ(run({"keys", "gen", "module", "-o", "json"}), 0) << err;
    const auto key = out_json().get_string("public_key").value();

    ASSERT_EQ(run({"keys", "list", "-o", "json"}), 0) << err;

    const auto json = out_json();
    const auto keys = json.get_array("keys").value();
    ASSERT_EQ(keys->size(), 1U);
    EXPECT_EQ(keys->at(0).get_string("public_key").value(), key);
    EXPECT_EQ(keys->at(0).get_string("kind").value(), "module");
    ASSERT_EQ(run({"keys", "list"}), 0) << err;
    EXPECT_TRUE(out.starts_with(key + "  module    " + home)) << out;
}

TEST_F(KeysCommand, ListWarnsOfSeedsThatItCannotRead) {
    ASSERT_EQ(run({"keys", "gen", "user"}), 0) << err;
    write(".local/share/weft/keys/bad.nk", "SUPERSECRET\n");
    std::filesystem::permissions(path(".local/share/weft/keys/bad.nk"),
                                 std::filesystem::perms(0600));
    write(".local/share/weft/keys/notes.txt", "not a key");

    ASSERT_EQ(run({"keys", "list"}), 0) << err;

    EXPECT_TRUE(err.starts_with("weft: warning: seed file '" + home)) << err;
    EXPECT_FALSE(err.contains("SUPERSECRET")) << err;
    EXPECT_FALSE(err.contains("notes.txt")) << err;
    ASSERT_EQ(run({"keys", "list", "-o", "json"}), 0);
    EXPECT_TRUE(err.starts_with("{\"warning\":{\"slug\":\"key.")) << err;
}

TEST_F(KeysCommand, ListTakesAFullFolderAndNoMore) {
    std::filesystem::create_directories(path(".local/share/weft/keys"));
    for (std::size_t i = 0; i < KeyStore::files_max; ++i)
        write(".local/share/weft/keys/" + std::to_string(i), "");

    EXPECT_EQ(run({"keys", "list"}), 0) << err;
    write(".local/share/weft/keys/more", "");
    EXPECT_EQ(run({"keys", "list"}), 8);
    EXPECT_TRUE(err.ends_with("(file.too_many)\n")) << err;
}

TEST_F(KeysCommand, GetFindsByKeyAndByName) {
    ASSERT_EQ(run({"keys", "gen", "account", "-o", "json"}), 0) << err;
    const auto key = out_json().get_string("public_key").value();
    const auto file = out_json().get_string("seed_file").value();
    std::filesystem::rename(file, path(".local/share/weft/keys/team.nk"));

    ASSERT_EQ(run({"keys", "get", key, "-o", "json"}), 0) << err;
    EXPECT_EQ(out_json().get_string("seed_file").value(), home + "/.local/share/weft/keys/team.nk");
    ASSERT_EQ(run({"keys", "get", "team", "-o", "json"}), 0) << err;
    EXPECT_EQ(out_json().get_string("public_key").value(), key);
}

TEST_F(KeysCommand, GetRefusesWhatIsNotThere) {
    EXPECT_EQ(run({"keys", "get", "team"}), 3);
    EXPECT_TRUE(err.ends_with("(keys.key_missing)\n")) << err;
}

TEST_F(KeysCommand, GetNeverRepeatsASeed) {
    const auto seed = crypto::Seed::generate(crypto::KeyKind::account, random).text();

    EXPECT_EQ(run({"keys", "get", seed.reveal()}), 2);

    EXPECT_TRUE(err.ends_with("(key.is_seed)\n")) << err;
    EXPECT_FALSE(err.contains(seed.reveal()));
}

}  // namespace
}  // namespace weft::cli
