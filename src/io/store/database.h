#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/descriptor.h"
#include "base/core/result.h"
#include "base/core/time.h"

struct sqlite3;
struct sqlite3_stmt;

/// Databases of the host in files of its own, by SQLite. Blocking: for threads that may wait.
namespace weft::store {

/// What a committed transaction survives. Either survives the end of the process, however it ends.
enum class Durability : std::uint8_t {
    relaxed,  ///< A power cut may take the last transactions, whole and from the end.
    full,     ///< Also a power cut: each commit waits for the disk.
};

struct Options {
    std::string path;  ///< The folder above it is made with mode 0700, the file with 0600.
    Durability durability = Durability::relaxed;
    /// Literals. Statements of each version from the empty file on; the number of those that a file
    /// has seen is its `user_version`.
    std::span<const std::string_view> migrations = {};
    Duration busy_wait = std::chrono::seconds(5);  ///< For programs that look into the file.
    std::string vfs = {};  ///< A file system of SQLite; empty: the machine's. Others are for tests.
};

/// One use of a statement: bind, step, read columns. Numbers of parameters begin at 1, those of
/// columns at 0. What is bound outlives the steps. Its end resets the statement for the next use.
class Statement {
  public:
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&&) = delete;
    ~Statement();

    Statement& bind(int at, std::int64_t number);
    Statement& bind(int at, std::string_view text);
    Statement& bind(int at, BytesView bytes);

    /// Whether there is a row. Errors: those of `Database::execute`.
    Result<bool> step();
    /// Steps to the end.
    Result<void> run();

    std::int64_t number(int column) const;
    std::string text(int column) const;
    Bytes bytes(int column) const;

  private:
    friend class Database;
    Statement(const std::string* path, sqlite3_stmt* statement)
        : path_(path), statement_(statement) {}
    void note(int code);

    const std::string* path_;  // The database's.
    sqlite3_stmt* statement_;
    int bind_code_ = 0;  // The first one that was not good.
};

/// A database file and the right to use it: one owner at a time, in all processes. Programs that
/// only look, such as SQLite's own shell, may do so meanwhile. One thread at a time.
class Database {
  public:
    /// Statements that are kept ready. They are literals, so more are a bug of ours.
    static constexpr std::size_t statements_max = 64;

    /// Errors: corrupt (`store.file_corrupt`), unsupported (`store.schema_newer`), unavailable
    /// (`store.file_in_use`, `store.disk_full`, `store.io_failed`), denied (`store.cannot_open`).
    static Result<Database> open(Options options);
    Database(Database&&) noexcept = default;
    Database& operator=(Database&&) = delete;
    ~Database();

    /// `sql` is one statement. Errors: those of `execute`.
    Result<Statement> prepare(std::string_view sql);
    /// Runs one statement to its end. Errors: unavailable (`store.disk_full`, `store.io_failed`,
    /// `store.file_busy`), corrupt (`store.file_corrupt`), denied (`store.cannot_open`), internal
    /// (`store.statement_wrong`).
    Result<void> execute(std::string_view sql);
    /// Whether a transaction is open. SQLite itself rolls one back after some failures.
    bool is_in_transaction() const;
    /// Outside of transactions; counts from the next one on.
    Result<void> set_durability(Durability durability);

    const std::string& path() const { return *path_; }

  private:
    struct Close {
        void operator()(sqlite3* connection) const;
    };
    using Connection = std::unique_ptr<sqlite3, Close>;

    Database(Descriptor lock, std::string path);
    Result<void> connect(const Options& options);
    Result<void> migrate(std::span<const std::string_view> migrations);
    Result<std::string> ask(std::string_view pragma);

    Descriptor lock_;  // First, so that it is released last.
    std::unique_ptr<const std::string> path_;
    Connection connection_;
    std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
};

}  // namespace weft::store
