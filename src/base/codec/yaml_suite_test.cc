#include <algorithm>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>

#include "base/codec/corpus_test.h"
#include "base/codec/yaml.h"
#include "base/codec/yaml_events_fixture.h"

namespace weft::codec {
namespace {

struct Case {
    std::string name;
    std::string text;
    std::string events;
    bool must_fail = false;
};

std::vector<Case> read_cases(const std::filesystem::path& folder) {
    std::vector<Case> cases;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.path().filename() != "in.yaml") continue;
        const auto home = entry.path().parent_path();
        cases.push_back({.name = std::filesystem::relative(home, folder),
                         .text = read_whole_file(entry.path()),
                         .events = read_whole_file(home / "test.event"),
                         .must_fail = std::filesystem::exists(home / "error")});
    }
    std::ranges::sort(cases, {}, &Case::name);
    return cases;
}

TEST(YamlSuite, ParserAgreesWithEveryCase) {
    const auto folder = corpora_root() / "yaml";
    WEFT_NEED_CORPUS(folder);

    const auto cases = read_cases(folder);

    EXPECT_EQ(cases.size(), 402U);
    for (const auto& one : cases) {
        const auto events = yaml_events(one.text);
        if (one.must_fail) {
            EXPECT_FALSE(events) << one.name;
        } else {
            ASSERT_TRUE(events) << one.name << ": " << events.error().message;
            EXPECT_EQ(*events, one.events) << one.name;
        }
    }
}

/// An anchor or alias in the expected events; the events escape line ends, so a line is one event.
bool has_anchor_or_alias(const std::string& events) {
    std::istringstream lines(events);
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("=ALI") || line.starts_with("=VAL &") || line.starts_with("+SEQ &") ||
            line.starts_with("+SEQ [] &") || line.starts_with("+MAP &") ||
            line.starts_with("+MAP {} &"))
            return true;
    return false;
}

TEST(YamlSuite, LoaderRefusesWhatItMustAndReadsOnlyWhatIsYaml) {
    const auto folder = corpora_root() / "yaml";
    WEFT_NEED_CORPUS(folder);
    int loaded = 0;

    for (const auto& one : read_cases(folder)) {
        const auto documents = parse_yaml_documents(one.text);
        if (documents) ++loaded;
        if (one.must_fail || has_anchor_or_alias(one.events)) {
            EXPECT_FALSE(documents) << one.name;
        } else if (!documents) {
            // What we refuse by choice has an error of its own; the parser itself takes the case.
            EXPECT_NE(documents.error().slug, Slug("yaml.syntax"))
                << one.name << ": " << documents.error().message;
        }
    }

    EXPECT_GE(loaded, 230);
}

}  // namespace
}  // namespace weft::codec
