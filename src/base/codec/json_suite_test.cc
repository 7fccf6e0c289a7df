#include <gtest/gtest.h>

#include "base/codec/corpus_test.h"
#include "base/codec/json.h"

namespace weft::codec {
namespace {

/// Every document of JSONTestSuite: y_ parses, n_ fails, i_ may do either.
TEST(JsonSuite, AgreesWithEveryDocument) {
    const auto folder = corpora_root() / "json";
    WEFT_NEED_CORPUS(folder);
    int accepted = 0;
    int refused = 0;
    int either = 0;

    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (!name.ends_with(".json")) continue;
        const auto parsed = parse_json(read_whole_file(entry.path()));
        // RFC 8259 leaves duplicate keys open; we refuse them.
        const bool refused_by_choice = name.starts_with("y_object_duplicated_key");
        if (name.starts_with("i_")) {
            ++either;
        } else if (name.starts_with("y_") && !refused_by_choice) {
            EXPECT_TRUE(parsed) << name << ": " << (parsed ? "" : parsed.error().message);
            ++accepted;
        } else {
            EXPECT_FALSE(parsed) << name;
            ++refused;
        }
        if (refused_by_choice && !parsed) {
            EXPECT_EQ(parsed.error().slug, Slug("json.key_duplicate")) << name;
        }
        if (parsed) {
            EXPECT_EQ(parse_json(write_json(*parsed), {.depth_max = 1000}).value(), *parsed)
                << name;
        }
    }

    EXPECT_EQ(accepted, 93);
    EXPECT_EQ(refused, 190);
    EXPECT_EQ(either, 35);
}

}  // namespace
}  // namespace weft::codec
