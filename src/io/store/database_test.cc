#include "io/store/database.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>

#include <gtest/gtest.h>

#include "base/core/folder_fixture.h"
#include "io/store/broken_disk_fixture.h"

namespace weft::store {
namespace {

constexpr std::array<std::string_view, 1> first_schema{"CREATE TABLE t(a INTEGER, b TEXT, c BLOB)"};
constexpr std::array<std::string_view, 2> second_schema{first_schema[0],
                                                        "ALTER TABLE t ADD COLUMN d INTEGER"};

class DatabaseTest : public FolderTest {
  protected:
    Options options() const { return {.path = path("a/x.sqlite"), .migrations = first_schema}; }
    Error error_of(Options options) const {
        auto opened = Database::open(std::move(options));
        EXPECT_FALSE(opened);
        auto error = opened ? Error{Errc::internal, "test.opened", ""} : opened.error();
        EXPECT_TRUE(error.message.contains("x.sqlite")) << error.message;
        return error;
    }
};

TEST_F(DatabaseTest, KeepsNumbersTextAndBytesAsTheyAre) {
    const std::string text = "grün";
    const Bytes bytes{0, 1, 255, 0};
    {
        auto database = Database::open(options()).value();
        auto insert = database.prepare("INSERT INTO t VALUES (?1, ?2, ?3)").value();
        ASSERT_TRUE(insert.bind(1, std::int64_t{-7}).bind(2, text).bind(3, bytes).run());
    }

    auto database = Database::open(options()).value();
    ASSERT_TRUE(database.execute("INSERT INTO t VALUES (NULL, '', x'')"));
    auto rows = database.prepare("SELECT a, b, c FROM t ORDER BY rowid").value();

    ASSERT_TRUE(rows.step().value());
    EXPECT_EQ(rows.number(0), -7);
    EXPECT_EQ(rows.text(1), text);
    EXPECT_EQ(rows.bytes(2), bytes);
    ASSERT_TRUE(rows.step().value());
    EXPECT_EQ(rows.text(1), "");
    EXPECT_EQ(rows.bytes(2), Bytes());
    EXPECT_FALSE(rows.step().value());
}

TEST_F(DatabaseTest, EmptyTextAndBytesAreNotNull) {
    auto database = Database::open(options()).value();
    auto insert =
        database.prepare("INSERT INTO t SELECT 1, ?1, ?2 WHERE ?1 NOTNULL AND ?2 NOTNULL").value();

    ASSERT_TRUE(insert.bind(1, std::string_view()).bind(2, BytesView()).run());

    auto rows = database.prepare("SELECT count(*) FROM t").value();
    ASSERT_TRUE(rows.step().value());
    EXPECT_EQ(rows.number(0), 1);
}

TEST_F(DatabaseTest, OnlyTheUserCanReadItsFiles) {
    const auto mask = ::umask(0);
    auto database = Database::open(options()).value();
    ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1, '', x'')"));
    ::umask(mask);

    EXPECT_EQ(mode("a"), 0700U);
    for (const auto* name : {"a/x.sqlite", "a/x.sqlite-wal", "a/x.sqlite-shm", "a/x.sqlite.lock"})
        EXPECT_EQ(mode(name), 0600U) << name;
}

TEST_F(DatabaseTest, MigratesAnOlderFileAndRefusesANewerOne) {
    {
        auto database = Database::open(options()).value();
        ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1, 'kept', x'')"));
    }
    auto newer = options();
    newer.migrations = second_schema;
    {
        auto database = Database::open(newer).value();
        auto rows = database.prepare("SELECT b, d FROM t").value();
        ASSERT_TRUE(rows.step().value());
        EXPECT_EQ(rows.text(0), "kept");
    }

    const auto error = error_of(options());

    EXPECT_EQ(error.slug, Slug("store.schema_newer"));
    EXPECT_EQ(error.code, Errc::unsupported);
}

TEST_F(DatabaseTest, AMigrationThatFailsLeavesTheFileAsItWas) {
    constexpr std::array<std::string_view, 2> broken{first_schema[0],
                                                     "ALTER TABLE t ADD COLUMN d; DROP TABLE u"};
    std::ignore = Database::open(options()).value();
    auto wrong = options();
    wrong.migrations = broken;

    EXPECT_EQ(error_of(wrong).slug, Slug("store.statement_wrong"));

    auto database = Database::open(options()).value();
    EXPECT_FALSE(database.prepare("SELECT d FROM t")) << "half a migration";
}

TEST_F(DatabaseTest, HasOneOwner) {
    auto database = std::make_optional(Database::open(options()).value());

    const auto error = error_of(options());
    EXPECT_EQ(error.slug, Slug("store.file_in_use"));
    EXPECT_EQ(error.code, Errc::unavailable);

    database.reset();
    EXPECT_TRUE(Database::open(options()));
}

TEST_F(DatabaseTest, TellsOfAFileThatIsDamaged) {
    {
        auto database = Database::open(options()).value();
        ASSERT_TRUE(database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT "
            "INTO t SELECT i, hex(randomblob(50)), x'' FROM n"));
    }
    const auto whole = read("a/x.sqlite");
    ASSERT_GT(whole.size(), 20'000U);

    write("a/x.sqlite", "something else that is longer than a header of SQLite, by some way: " +
                            std::string(100, 'x'));
    EXPECT_EQ(error_of(options()).slug, Slug("store.file_corrupt"));

    auto damaged = whole;
    damaged.replace(4096, 12'000, std::string(12'000, '\xee'));
    write("a/x.sqlite", damaged);
    auto database = Database::open(options());
    const auto error = database ? database->execute("SELECT count(b) FROM t").error()
                                : std::move(database).error();
    EXPECT_EQ(error.slug, Slug("store.file_corrupt")) << error.message;
    EXPECT_EQ(error.code, Errc::corrupt);
}

TEST_F(DatabaseTest, SaysWhatCannotBeOpened) {
    std::filesystem::create_directories(path("a/x.sqlite"));
    EXPECT_EQ(error_of(options()).slug, Slug("store.cannot_open"));
    EXPECT_EQ(error_of({.path = path("no/folder/x.sqlite")}).slug, Slug("store.cannot_open"));

    std::filesystem::remove(path("a/x.sqlite"));
    write("elsewhere", "");
    std::filesystem::create_symlink(path("elsewhere"), path("a/x.sqlite"));
    EXPECT_EQ(error_of(options()).slug, Slug("store.cannot_open")) << "a link is not followed";
}

TEST_F(DatabaseTest, AFullDiskIsAnErrorUntilThereIsSpaceAgain) {
    BrokenDisk disk;
    auto on_disk = options();
    on_disk.vfs = disk.name();
    auto database = Database::open(on_disk).value();
    const auto insert = "INSERT INTO t VALUES (1, '', randomblob(100000))";
    ASSERT_TRUE(database.execute(insert));

    disk.set_space(50'000);
    EXPECT_EQ(database.execute(insert).error().slug, Slug("store.disk_full"));
    EXPECT_FALSE(database.is_in_transaction());
    disk.set_space(BrokenDisk::unlimited);

    EXPECT_TRUE(database.execute(insert));
    auto rows = database.prepare("SELECT count(*) FROM t").value();
    ASSERT_TRUE(rows.step().value());
    EXPECT_EQ(rows.number(0), 2);
}

TEST_F(DatabaseTest, SyncsEachCommitOnlyWhenItShall) {
    BrokenDisk disk;
    auto on_disk = options();
    on_disk.vfs = disk.name();
    auto database = Database::open(on_disk).value();
    const auto insert = "INSERT INTO t VALUES (1, '', x'')";
    ASSERT_TRUE(database.execute(insert));

    const auto before = disk.syncs();
    ASSERT_TRUE(database.execute(insert));
    EXPECT_EQ(disk.syncs(), before);
    ASSERT_TRUE(database.set_durability(Durability::full));
    ASSERT_TRUE(database.execute(insert));
    EXPECT_GT(disk.syncs(), before);
}

}  // namespace
}  // namespace weft::store
