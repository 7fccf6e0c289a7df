// Goal: the verdict on each manifest of wadm's own test suite is wadm's.
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "platform/manifest/case_file_fixture.h"
#include "platform/manifest/parse.h"

namespace weft::manifest {
namespace {

std::filesystem::path corpus() {
    if (const char* chosen = std::getenv("WEFT_CORPORA"))
        return std::filesystem::path(chosen) / "wadm-manifests";
    return std::filesystem::path(WEFT_SOURCE_DIR) / "../shared/corpora/wadm-manifests";
}

bool is_ci() {
    const char* const ci = std::getenv("CI");
    return ci != nullptr && std::string_view(ci) == "true";
}

/// Manifests that wadm accepts and Weft refuses, with the reason. There are none today.
const std::map<std::string, std::string> stricter;

/// Slugs that a verdict's message must appear as.
const std::map<std::string, std::string> slug_of_message{
    {"Duplicate component name", "manifest.component_repeated"},
    {"Duplicate component identifier", "manifest.id_repeated"},
    {"Duplicate link config name", "manifest.link_config_repeated"},
    {"Duplicate link found", "manifest.link_repeated"},
    {"are missing from the manifest", "manifest.link_target_missing"},
    {"Scaler trait deserialized as custom", "manifest.key_missing"},
    {"unknown field", "manifest.key_unknown"},
    {"unrecognized interface", "manifest.interface_unrecognised"},
};

std::size_t count(const Report& report, std::string_view slug) {
    std::size_t found = 0;
    for (const auto& finding : report.findings) found += finding.slug == slug ? 1U : 0U;
    return found;
}

std::size_t count(const std::string& messages, const std::string& part) {
    std::size_t found = 0;
    for (auto at = messages.find(part); at != std::string::npos; at = messages.find(part, at + 1))
        ++found;
    return found;
}

TEST(WadmCorpus, HasTheVerdictsOfWadm) {
    if (!std::filesystem::exists(corpus())) {
        if (is_ci()) FAIL() << "corpus is absent: " << corpus();
        GTEST_SKIP() << "corpus is absent: " << corpus() << "; set WEFT_CORPORA";
    }
    std::istringstream verdicts(read_text(corpus() / "verdicts.tsv"));
    std::string line;
    std::getline(verdicts, line);  // Column titles.
    std::size_t manifests = 0;
    while (std::getline(verdicts, line)) {
        std::istringstream row(line);
        std::string file;
        std::string verdict;
        std::string messages;
        std::getline(row, file, '\t');
        std::getline(row, verdict, '\t');
        std::getline(row, messages);
        SCOPED_TRACE(file);

        const auto report = parse_manifest(read_text(corpus() / file));

        EXPECT_EQ(report.application.has_value(), verdict == "valid" && !stricter.contains(file));
        for (const auto& [message, slug] : slug_of_message)
            EXPECT_EQ(count(report, slug), count(messages, message)) << slug;
        ++manifests;
    }
    EXPECT_EQ(manifests, 28U);
}

}  // namespace
}  // namespace weft::manifest
