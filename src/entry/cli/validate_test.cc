#include "entry/cli/validate.h"

#include <algorithm>

#include "entry/cli/command_fixture_test.h"
#include "entry/cli/manifests.h"

namespace weft::cli {
namespace {

constexpr std::string_view good = R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: hello
  annotations:
    version: v0.0.1
spec:
  components:
    - name: hello
      type: component
      properties:
        image: file://./hello.wasm
)";

class ValidateCommand : public CommandTest {
  protected:
    /// `good` with a key that Weft does not act on.
    static std::string odd() { return std::string(good) + "  oddity: 1\n"; }
    /// `good` with two errors.
    static std::string bad() {
        std::string text(good);
        text.replace(text.find("Application"), 11, "Aplication");
        text.replace(text.find("type: component"), 15, "type: componnt");
        return text;
    }
};

TEST_F(ValidateCommand, AcceptsAGoodManifest) {
    write("app.yaml", good);

    ASSERT_EQ(run({"app", "validate", "app.yaml"}), 0) << out << err;

    EXPECT_EQ(out, "app.yaml: valid, can run here\n");
    EXPECT_EQ(err, "");
}

TEST_F(ValidateCommand, SaysEverythingWithPlaceAndSlug) {
    write("app.yaml", bad());

    EXPECT_EQ(run({"app", "validate", "app.yaml"}), 2);

    EXPECT_TRUE(out.starts_with("app.yaml:2:7: error: ")) << out;
    EXPECT_TRUE(out.contains("\napp.yaml:10:13: error: ")) << out;
    EXPECT_TRUE(out.ends_with(")\napp.yaml: not valid: 2 errors\n")) << out;
    EXPECT_EQ(err, "weft: 2 errors in 1 of 1 manifest (validate.errors_found)\n");
}

TEST_F(ValidateCommand, GivesFindingsToPrograms) {
    write("app.yaml", bad());

    EXPECT_EQ(run({"app", "validate", "-o", "json", "app.yaml"}), 2);

    const auto json = out_json();
    const auto& file = json.get_array("files").value()->at(0);
    EXPECT_EQ(file.get_string("file").value(), "app.yaml");
    EXPECT_FALSE(file.get_bool("valid").value());
    EXPECT_EQ(file.get_int("errors").value(), 2);
    const auto& finding = file.get_array("findings").value()->at(0);
    EXPECT_EQ(finding.get_int("line").value(), 2);
    EXPECT_EQ(finding.get_int("column").value(), 7);
    EXPECT_EQ(finding.get_string("severity").value(), "error");
    EXPECT_TRUE(finding.get_string("slug").value().starts_with("manifest."));
    EXPECT_TRUE(err.contains("\"slug\":\"validate.errors_found\"")) << err;
}

TEST_F(ValidateCommand, TakesWarningsAsErrorsWhenStrict) {
    write("app.yaml", odd());

    EXPECT_EQ(run({"app", "validate", "app.yaml"}), 0) << out << err;
    EXPECT_TRUE(out.ends_with("app.yaml: valid, can run here, with 1 warning\n")) << out;
    EXPECT_TRUE(out.contains("app.yaml:13:3: warning: ")) << out;

    EXPECT_EQ(run({"app", "validate", "--strict", "app.yaml"}), 2);
    EXPECT_TRUE(out.contains("app.yaml:13:3: error: ")) << out;
}

TEST_F(ValidateCommand, SaysApartWhatIsValidAndWhatCanRunHere) {
    std::string text(good);
    text.replace(text.find("file://./hello.wasm"), 19, "ghcr.io/acme/hello:1");
    write("app.yaml", text);

    EXPECT_EQ(run({"app", "validate", "app.yaml"}), 0) << err;
    EXPECT_TRUE(out.starts_with("app.yaml:12:16: unsupported: images are read from files")) << out;
    EXPECT_TRUE(out.ends_with("app.yaml: valid, but cannot run here: 1 finding\n")) << out;

    EXPECT_EQ(run({"app", "validate", "-o", "json", "app.yaml"}), 0) << err;
    const auto json = out_json();
    const auto& file = json.get_array("files").value()->at(0);
    EXPECT_TRUE(file.get_bool("valid").value());
    EXPECT_FALSE(file.get_bool("can_run").value());
    EXPECT_EQ(file.get_int("unsupported").value(), 1);

    EXPECT_EQ(run({"app", "validate", "--strict", "app.yaml"}), 12);
    EXPECT_TRUE(err.ends_with("(validate.cannot_run)\n")) << err;
}

TEST_F(ValidateCommand, LooksAtEachFileByItself) {
    write("v1.yaml", good);
    write("v2.yaml", good);

    EXPECT_EQ(run({"app", "validate", "v1.yaml", "v2.yaml"}), 0) << out;
}

TEST_F(ValidateCommand, SaysOneSentenceOfAFileThatItCannotRead) {
    std::filesystem::create_directory(path("dir"));
    write("big.yaml", std::string(manifest_bytes_max + 1, '['));
    write("full.yaml", std::string(manifest_bytes_max, '['));
    write("binary.yaml", std::string_view("\x7f"
                                          "ELF\x02\x01\x00\x00",
                                          8));
    write("empty.yaml", "");
    struct Row {
        std::string file;
        int exit_code;
        std::string slug;
    };
    for (const auto& row : std::vector<Row>{{"dir", 2, "file.is_directory"},
                                            {"none.yaml", 3, "file.not_found"},
                                            {"", 2, "cli.path_empty"},
                                            {"big.yaml", 8, "file.too_large"}}) {
        EXPECT_EQ(run({"app", "validate", row.file}), row.exit_code);
        EXPECT_EQ(out, "");
        EXPECT_TRUE(err.ends_with("(" + row.slug + ")\n")) << err;
        EXPECT_EQ(std::ranges::count(err, '\n'), 1) << err;
    }
    for (const auto& row : std::vector<Row>{{"full.yaml", 2, "yaml.depth_exceeded"},
                                            {"binary.yaml", 2, "yaml.binary_input"},
                                            {"empty.yaml", 2, "yaml.document_missing"}}) {
        EXPECT_EQ(run({"app", "validate", row.file}), row.exit_code);
        EXPECT_TRUE(out.ends_with("(" + row.slug + ")\n" + row.file + ": not valid: 1 error\n"))
            << out;
        EXPECT_EQ(std::ranges::count(out, '\n'), 2) << out;
    }
}

TEST_F(ValidateCommand, ReadsTheOthersWhenOneIsWrong) {
    write("good.yaml", good);
    write("bad.yaml", bad());

    EXPECT_EQ(run({"app", "validate", "x.yaml", "y.yaml", "good.yaml"}), 3);
    EXPECT_EQ(out, "good.yaml: valid, can run here\n");
    EXPECT_EQ(std::ranges::count(err, '\n'), 2) << err;

    EXPECT_EQ(run({"app", "validate", "x.yaml", "bad.yaml", "good.yaml"}), 2);
    EXPECT_TRUE(err.contains("x.yaml")) << err;
    EXPECT_TRUE(err.ends_with("2 errors in 1 of 3 manifests (validate.errors_found)\n")) << err;

    EXPECT_EQ(run({"app", "validate", "-o", "json", "x.yaml", "good.yaml"}), 3);
    EXPECT_TRUE(out_json().get_array("files").value()->at(0).find("unreadable") != nullptr) << out;
}

TEST_F(ValidateCommand, NeedsAFile) {
    EXPECT_EQ(run({"app", "validate"}), 2);
    EXPECT_EQ(err,
              "weft: 'weft app validate' needs FILE; see 'weft app validate --help' "
              "(cli.argument_missing)\n");
}

}  // namespace
}  // namespace weft::cli
