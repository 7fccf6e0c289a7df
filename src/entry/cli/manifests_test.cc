// Goal: `weft up` says everything that is found, in all of its manifests, before it does anything.
#include "entry/cli/manifests.h"

#include <gmock/gmock.h>

#include "entry/cli/command_fixture_test.h"

namespace weft::cli {
namespace {

class TakeApplications : public CommandTest {
  protected:
    static std::string text(std::string_view name, std::string_view component) {
        return fmt::format(
            "apiVersion: core.oam.dev/v1beta1\nkind: Application\n"
            "metadata: {{name: {}, annotations: {{version: v1}}}}\n"
            "spec:\n  components:\n    - {{name: a, {}}}\n",
            name, component);
    }
    static constexpr std::string_view right = "type: component, properties: {image: ./a.wasm}";

    /// As `weft up` does; the error's slug, or "ok".
    std::string take(const std::vector<std::string>& files, Format format = Format::text) {
        err.clear();
        const Environment environment{.variable = {},
                                      .current_dir = current_dir,
                                      .out = {},
                                      .err = [this](std::string_view line) { err += line; },
                                      .providers = providers,
                                      .handlers = {}};
        auto taken = take_applications(
            {environment, format},
            read_manifests(environment, files, manifest::Strictness::lenient, Together::yes));
        if (!taken) message = taken.error().message;
        if (!taken) return std::string(taken.error().slug.text());
        applications = std::move(*taken);
        return "ok";
    }

    std::string message;
    std::vector<control::Application> applications;
};

TEST_F(TakeApplications, SaysWarningsAndGoesOn) {
    write("one.yaml",
          text("one",
               "type: component, properties: {image: ./a.wasm}, traits: [{type: spreadscaler, "
               "properties: {instances: 1, spread: [{name: r, requirements: {}, weight: 5}]}}]"));
    write("two.yaml", text("two", right));

    ASSERT_EQ(take({"one.yaml", "two.yaml"}), "ok") << message;

    ASSERT_EQ(applications.size(), 2U);
    EXPECT_EQ(applications[0].components.at(0).path, home + "/./a.wasm");
    EXPECT_TRUE(err.starts_with("one.yaml:6:")) << err;
    EXPECT_NE(err.find(": warning: this version has one host"), std::string::npos) << err;
    EXPECT_TRUE(err.ends_with(" (app.spread_ignored)\n")) << err;
}

TEST_F(TakeApplications, SaysWhatIsFoundInAllOfThem) {
    write("one.yaml", text("one", "type: componnt, properties: {image: ./a.wasm}"));
    write("two.yaml", text("two", "type: component, properties: {image: 'acme/a:1'}"));

    EXPECT_EQ(take({"one.yaml", "two.yaml"}), "app.manifest_invalid");

    EXPECT_THAT(err, testing::HasSubstr("one.yaml:6:23: error: "));
    EXPECT_THAT(err, testing::HasSubstr("two.yaml:6:54: unsupported: "));
    EXPECT_TRUE(message.starts_with("one.yaml:6:23: ")) << message;
    EXPECT_TRUE(message.ends_with("everything that was found is above")) << message;

    EXPECT_EQ(take({"one.yaml", "two.yaml"}, Format::json), "app.manifest_invalid");
    EXPECT_TRUE(err.starts_with("{\"finding\":{\"severity\":\"error\",")) << err;
    EXPECT_THAT(err, testing::HasSubstr("\"file\":\"two.yaml\"}}"));
}

TEST_F(TakeApplications, SaysOneSentenceOfOneFinding) {
    write("app.yaml", text("one", "type: component, properties: {image: 'acme/a:1'}"));

    EXPECT_EQ(take({"app.yaml"}), "app.manifest_unsupported");

    EXPECT_EQ(err, "");
    EXPECT_TRUE(message.starts_with("app.yaml:6:54: images are read from files")) << message;
    EXPECT_TRUE(message.ends_with(" (app.image_unsupported)")) << message;
}

TEST_F(TakeApplications, SaysWhatIsFoundBesideAFileThatCannotBeRead) {
    write("one.yaml", text("one", "type: componnt, properties: {image: ./a.wasm}"));

    EXPECT_EQ(take({"one.yaml", "none.yaml", "nor.yaml"}), "app.manifest_invalid");

    EXPECT_THAT(message, testing::HasSubstr("one.yaml:6:23: "));
    EXPECT_THAT(err, testing::HasSubstr("none.yaml"));
    EXPECT_THAT(err, testing::HasSubstr("nor.yaml"));
}

}  // namespace
}  // namespace weft::cli
