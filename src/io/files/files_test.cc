#include "io/files/files.h"

#include <sys/fsuid.h>
#include <sys/stat.h>

#include "io/files/folder_fixture.h"

namespace weft::files {
namespace {

using Files = FolderTest;

TEST_F(Files, ReadGivesTheWholeFileUpToTheLimit) {
    write("a", "12345");

    EXPECT_EQ(as_text(read_file(path("a"), 5).value()), "12345");

    const auto refused = read_file(path("a"), 4);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug, Slug("file.too_large"));
    EXPECT_EQ(refused.error().message, "'" + path("a") + "' has 5 bytes, the limit is 4");
}

TEST_F(Files, ReadRefusesWhatIsNoFile) {
    std::filesystem::create_directory(path("d"));
    ASSERT_EQ(::mkfifo(path("p").c_str(), 0600), 0);
    write("a", "");

    EXPECT_EQ(read_file(path("d"), 9).error().slug, Slug("file.is_directory"));
    EXPECT_EQ(read_file(path("p"), 9).error().slug, Slug("file.not_regular"));
    EXPECT_EQ(read_file(path("x"), 9).error().slug, Slug("file.not_found"));
    EXPECT_EQ(read_file(path("a/b"), 9).error().slug, Slug("file.not_found"));
    EXPECT_EQ(read_file(path(std::string(300, 'n')), 9).error().slug, Slug("file.io_failed"));
}

TEST_F(Files, SaysWhenItIsNotAllowed) {
    write("a", "x");
    ASSERT_EQ(::chmod(path("a").c_str(), 0), 0);
    // Root may read everything, so this thread meets the file system as somebody else.
    const auto before = static_cast<::uid_t>(::setfsuid(65534));

    const auto refused = read_file(path("a"), 9);
    const auto unmade = ensure_directory(path("d"));

    ::setfsuid(before);
    ASSERT_FALSE(refused || unmade);
    EXPECT_EQ(refused.error().slug, Slug("file.denied"));
    EXPECT_EQ(unmade.error().slug, Slug("file.denied"));
}

TEST_F(Files, WriteReplacesTheFileAndSetsItsMode) {
    write("a", "old and longer");

    ASSERT_TRUE(write_file(path("a"), as_bytes("new"), 0640, Overwrite::yes));

    EXPECT_EQ(read("a"), "new");
    EXPECT_EQ(mode("a"), 0640U);
    EXPECT_EQ(list_directory(home, 9).value(), std::vector<std::string>{"a"});
}

TEST_F(Files, WriteWithoutOverwriteKeepsTheOldFile) {
    ASSERT_TRUE(write_file(path("a"), as_bytes("old"), 0600, Overwrite::no));

    const auto refused = write_file(path("a"), as_bytes("new"), 0600, Overwrite::no);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().slug, Slug("file.exists"));
    EXPECT_EQ(read("a"), "old");
    EXPECT_EQ(list_directory(home, 9).value(), std::vector<std::string>{"a"});
}

TEST_F(Files, WriteThatFailsLeavesNothingBehind) {
    std::filesystem::create_directory(path("d"));

    EXPECT_FALSE(write_file(path("d"), as_bytes("x"), 0600, Overwrite::yes));
    EXPECT_EQ(write_file(path("no/a"), as_bytes("x"), 0600, Overwrite::yes).error().slug,
              Slug("file.not_found"));

    EXPECT_EQ(list_directory(home, 9).value(), std::vector<std::string>{"d"});
}

TEST_F(Files, EnsureDirectoryMakesThoseAboveToo) {
    ASSERT_TRUE(ensure_directory(path("a/b/c")));
    ASSERT_TRUE(ensure_directory(path("a/b/c")));

    EXPECT_EQ(mode("a"), 0700U);
    EXPECT_EQ(mode("a/b/c"), 0700U);
}

TEST_F(Files, EnsureDirectoryRefusesAFileOfThatName) {
    write("a", "");

    EXPECT_EQ(ensure_directory(path("a")).error().slug, Slug("file.not_directory"));
    EXPECT_EQ(ensure_directory(path("a/b")).error().slug, Slug("file.not_directory"));
}

TEST_F(Files, ListDirectoryTakesItsLimitAndNoMore) {
    EXPECT_EQ(list_directory(path("x"), 9).error().slug, Slug("file.not_found"));
    write("a", "");
    write("b", "");

    EXPECT_EQ(list_directory(home, 2).value(), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(list_directory(home, 1).error().slug, Slug("file.too_many"));
}

}  // namespace
}  // namespace weft::files
