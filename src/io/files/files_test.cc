#include "io/files/files.h"
#include "base/core/folder_fixture.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/stat.h>

#include <thread>

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
    write("a", "");

    EXPECT_EQ(read_file(path("d"), 9).error().slug, Slug("file.is_directory"));
    EXPECT_EQ(read_file(path("x"), 9).error().slug, Slug("file.not_found"));
    EXPECT_EQ(read_file(path("a/b"), 9).error().slug, Slug("file.not_found"));
    EXPECT_EQ(read_file(path(std::string(300, 'n')), 9).error().slug, Slug("file.io_failed"));
}

TEST_F(Files, ReadTakesAPipeToItsEnd) {
    ASSERT_EQ(::mkfifo(path("p").c_str(), 0600), 0);
    const std::string long_text(200'000, 'x');
    const auto write_and_read = [&](std::size_t bytes_max) {
        std::jthread writer([&] { std::ofstream(path("p")) << long_text; });
        return read_file(path("p"), bytes_max);
    };

    EXPECT_EQ(as_text(write_and_read(200'000).value()), long_text);

    EXPECT_EQ(read_file("/dev/zero", 9).error().slug, Slug("file.too_large"));
    EXPECT_EQ(read_file("/dev/null", 9).value(), Bytes());
}

TEST_F(Files, ReadGivesUpASilentPipe) {
    ASSERT_EQ(::mkfifo(path("p").c_str(), 0600), 0);

    const auto silent = read_file(path("p"), 9, Others::may_write, std::chrono::milliseconds(1));

    EXPECT_EQ(silent.error().slug, Slug("file.pipe_silent"));
    EXPECT_EQ(silent.error().code, Errc::unavailable);
}

TEST_F(Files, ReadRefusesWhatOthersMayChangeOrRead) {
    write("a", "x");
    const auto slug_of = [this](::mode_t mode, Others others) {
        EXPECT_EQ(::chmod(path("a").c_str(), mode), 0);
        const auto read = read_file(path("a"), 9, others);
        if (!read) EXPECT_EQ(read.error().code, Errc::denied);
        return read ? std::string("fine") : read.error().message;
    };

    EXPECT_EQ(slug_of(0666, Others::may_write), "fine");
    EXPECT_EQ(slug_of(0644, Others::may_read), "fine");
    EXPECT_EQ(
        slug_of(0620, Others::may_read),
        "'" + path("a") + "' can be written by other users; run: chmod go-w '" + path("a") + "'");
    EXPECT_NE(slug_of(0602, Others::may_read), "fine");
    EXPECT_EQ(slug_of(0600, Others::may_nothing), "fine");
    EXPECT_EQ(slug_of(0640, Others::may_nothing),
              "'" + path("a") + "' is a secret that other users may read; run: chmod 600 '" +
                  path("a") + "'");
    EXPECT_NE(slug_of(0604, Others::may_nothing), "fine");
}

TEST_F(Files, ReadRefusesWhatBelongsToAnother) {
    write("a", "x");
    ASSERT_EQ(::chmod(path("a").c_str(), 0600), 0);
    if (::chown(path("a").c_str(), 65534, 65534) != 0) GTEST_SKIP() << "only root gives files away";

    const auto refused = read_file(path("a"), 9, Others::may_read);

    EXPECT_EQ(refused.error().slug, Slug("file.unsafe"));
    EXPECT_TRUE(refused.error().message.contains("run: sudo chown 0 '")) << refused.error().message;
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

TEST_F(Files, WriteReplacesTheFileAndKeepsItsMode) {
    write("a", "old and longer");
    ASSERT_EQ(::chmod(path("a").c_str(), 0640), 0);

    ASSERT_TRUE(write_file(path("a"), as_bytes("new"), 0600, Overwrite::yes));
    ASSERT_TRUE(write_file(path("b"), as_bytes("first"), 0604, Overwrite::yes));

    EXPECT_EQ(read("a"), "new");
    EXPECT_EQ(mode("a"), 0640U);
    EXPECT_EQ(mode("b"), 0604U);
    EXPECT_EQ(list_directory(home, 9).value(), (std::vector<std::string>{"a", "b"}));
}

TEST_F(Files, WriteKeepsTheOwner) {
    write("a", "old");
    if (::chown(path("a").c_str(), 65534, 65533) != 0) GTEST_SKIP() << "only root gives files away";

    ASSERT_TRUE(write_file(path("a"), as_bytes("new"), 0600, Overwrite::yes));

    struct stat info{};
    ASSERT_EQ(::stat(path("a").c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, 65534U);
    EXPECT_EQ(info.st_gid, 65533U);
    EXPECT_EQ(read("a"), "new");
}

TEST_F(Files, WriteFollowsLinksAlsoToWhatIsNotThere) {
    std::filesystem::create_directory(path("d"));
    std::filesystem::create_symlink("d/real", path("link"));

    for (const auto* text : {"one", "two"}) {
        ASSERT_TRUE(write_file(path("link"), as_bytes(text), 0600, Overwrite::yes));
        EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
        EXPECT_EQ(read("d/real"), text);
    }
    EXPECT_EQ(list_directory(home, 9).value(), (std::vector<std::string>{"d", "link"}));
}

TEST_F(Files, WriteToAPipeDoesNotReplaceIt) {
    ASSERT_EQ(::mkfifo(path("p").c_str(), 0600), 0);
    const Descriptor reader(::open(path("p").c_str(), O_RDONLY | O_NONBLOCK));

    ASSERT_TRUE(write_file(path("p"), as_bytes("new"), 0600, Overwrite::yes));

    char got[9];
    EXPECT_EQ(::read(reader.get(), got, sizeof got), 3);
    EXPECT_TRUE(std::filesystem::is_fifo(path("p")));
}

TEST_F(Files, LockHoldsOffOthersUntilItIsGone) {
    write("real", "");
    std::filesystem::create_symlink("real", path("link"));
    {
        const auto held = FileLock::take(path("link"));
        ASSERT_TRUE(held);
        const auto refused = FileLock::take(path("real"), Duration::zero());
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().slug, Slug("file.locked"));
    }
    EXPECT_TRUE(FileLock::take(path("real"), Duration::zero()));
    EXPECT_EQ(FileLock::take(path("no/a")).error().slug, Slug("file.not_found"));
}

TEST_F(Files, LockedChangesOfManyAllCount) {
    constexpr int writers = 8;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < writers; ++i)
            threads.emplace_back([this] {
                const auto held = FileLock::take(path("a"));
                auto text = std::string(as_text(read_file(path("a"), 99).value_or(Bytes())));
                EXPECT_TRUE(write_file(path("a"), as_bytes(text + "x"), 0600, Overwrite::yes));
            });
    }

    EXPECT_EQ(read("a"), std::string(writers, 'x'));
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

    EXPECT_EQ(write_file(path("d"), as_bytes("x"), 0600, Overwrite::yes).error().slug,
              Slug("file.is_directory"));
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
    EXPECT_EQ(check_directory(path("a")).error().slug, Slug("file.not_directory"));
    EXPECT_EQ(check_directory(path("x")).error().slug, Slug("file.not_found"));
    EXPECT_TRUE(check_directory(home));
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
