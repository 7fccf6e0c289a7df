#include "base/value/label.h"

#include <gtest/gtest.h>

namespace weft::value {
namespace {

TEST(Label, IsWordsOfOneCaseWithDashesBetweenThem) {
    for (const auto* text :
         {"a", "one", "two-words", "HTTP3", "method-GET", "item-2", "a-1B", "x9-0"})
        EXPECT_TRUE(is_label(text)) << text;
    for (const auto* text : {"", "-", "a-", "-a", "a--b", "1", "1a", "aB", "Ab", "a_b", "a.b", "%a",
                             "a b", "\xC3\xA4", "a-b-"})
        EXPECT_FALSE(is_label(text)) << text;
}

TEST(Label, IsAsLongAsItGoes) {
    EXPECT_EQ(label_length("ab: 1"), 2U);
    EXPECT_EQ(label_length("a-b-(1)"), 3U);
    EXPECT_EQ(label_length("aB"), 1U);
    EXPECT_EQ(label_length("a-1aB"), 4U);
    EXPECT_EQ(label_length(""), 0U);
}

TEST(Label, KnowsTheKeywords) {
    for (const auto* word : {"true", "false", "some", "none", "ok", "err", "inf", "nan"})
        EXPECT_TRUE(is_keyword(word)) << word;
    for (const auto* word : {"", "True", "okay", "error", "null"})
        EXPECT_FALSE(is_keyword(word)) << word;
}

}  // namespace
}  // namespace weft::value
