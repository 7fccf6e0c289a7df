// Goal: our verdicts are wadm's, but where a case says why not, and every finding stands where it
// should. Method: tests/cases/manifest/*.case, whose `wadm` lines were taken from wadm-types 0.8.3.
#include <filesystem>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/manifest/case_file_fixture.h"
#include "platform/manifest/parse.h"

namespace weft::manifest {
namespace {

class ManifestCase : public ::testing::TestWithParam<const char*> {};

TEST_P(ManifestCase, FindsWhatItSays) {
    const auto cases =
        read_cases(std::filesystem::path(WEFT_SOURCE_DIR) / "tests/cases/manifest" / GetParam());
    ASSERT_FALSE(cases.empty());
    for (const auto& expected : cases) {
        SCOPED_TRACE(expected.name);

        const auto report = parse_manifest(expected.text);

        std::vector<std::string> found;
        for (const auto& finding : report.findings) found.push_back(describe(finding));
        EXPECT_EQ(found, expected.findings);
        EXPECT_EQ(report.application.has_value(), report.errors() == 0);
        const bool is_stricter = expected.wadm == "valid" && !report.application;
        const bool is_laxer = expected.wadm != "valid" && report.application;
        EXPECT_EQ(is_stricter, !expected.stricter.empty()) << expected.stricter;
        EXPECT_EQ(is_laxer, !expected.laxer.empty()) << expected.laxer;
    }
}

TEST_P(ManifestCase, StrictMakesAnErrorOfEveryWarning) {
    for (const auto& expected :
         read_cases(std::filesystem::path(WEFT_SOURCE_DIR) / "tests/cases/manifest" / GetParam())) {
        SCOPED_TRACE(expected.name);

        const auto report = parse_manifest(expected.text, {.strictness = Strictness::strict});

        for (const auto& finding : report.findings)
            EXPECT_NE(finding.severity, Severity::warning) << describe(finding);
        EXPECT_EQ(report.findings.size(), expected.findings.size());
    }
}

INSTANTIATE_TEST_SUITE_P(Files, ManifestCase,
                         ::testing::Values("accepted.case", "keys.case", "values.case",
                                           "references.case", "settings.case", "weft_traits.case"),
                         [](const auto& info) {
                             const std::string name = info.param;
                             return name.substr(0, name.find('.'));
                         });

TEST(ManifestCases, NoFileIsLeftOut) {
    const auto folder = std::filesystem::path(WEFT_SOURCE_DIR) / "tests/cases/manifest";
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        files.push_back(entry.path().filename());

    EXPECT_THAT(files, ::testing::UnorderedElementsAre("accepted.case", "keys.case", "values.case",
                                                       "references.case", "settings.case",
                                                       "weft_traits.case"));
}

}  // namespace
}  // namespace weft::manifest
