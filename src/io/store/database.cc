#include "io/store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/core/assert.h"

namespace weft::store {
namespace {

/// `why` is SQLite's or the system's own sentence.
Failure failed(int code, const std::string& path, std::string_view why) {
    switch (code & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return fail(Errc::corrupt, "store.file_corrupt",
                        "'{}' is damaged or not a database ({}); put back a copy, or move it away "
                        "together with '{}-wal' to begin anew",
                        path, why, path);
        case SQLITE_FULL:
            return fail(Errc::unavailable, "store.disk_full",
                        "no space is left for '{}'; free some on its disk", path);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return fail(Errc::unavailable, "store.file_busy",
                        "another program holds '{}' locked; close what looks into it", path);
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
            return fail(Errc::denied, "store.cannot_open",
                        "cannot open '{}' to write ({}); check owner and mode of it and its folder",
                        path, why);
        case SQLITE_IOERR:
        case SQLITE_NOMEM:
        case SQLITE_NOLFS:
        case SQLITE_PROTOCOL:
            return fail(Errc::unavailable, "store.io_failed",
                        "'{}' cannot be read or written ({}); look at its disk", path, why);
        default:
            return fail(Errc::internal, "store.statement_wrong", "a statement on '{}' failed: {}",
                        path, why);
    }
}

Failure failed(const std::string& path, std::string_view what) {
    if (errno == ENOSPC || errno == EDQUOT) return failed(SQLITE_FULL, path, {});
    return failed(SQLITE_CANTOPEN, path, fmt::format("{}: {}", what, std::strerror(errno)));
}

std::string folder_of(const std::string& path) {
    const auto slash = path.find_last_of('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// Makes folder and file where they are not yet there. Nobody has the database open in this
/// process: closing a descriptor of its file would take away the locks that SQLite has on it.
Result<Descriptor> take(const std::string& path) {
    const auto folder = folder_of(path);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed(path, "its folder");
    constexpr int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
    Descriptor lock(::open((path + ".lock").c_str(), flags, 0600));
    if (!lock) return failed(path, "its lock");
    int locked = 0;
    do locked = ::flock(lock.get(), LOCK_EX | LOCK_NB);
    while (locked != 0 && errno == EINTR);
    if (locked != 0 && errno == EWOULDBLOCK)
        return fail(Errc::unavailable, "store.file_in_use",
                    "another process uses '{}'; stop it, or choose another data directory", path);
    if (locked != 0) return failed(path, "its lock");
    const Descriptor file(::open(path.c_str(), flags, 0600));
    if (!file) return failed(path, "the file");
    struct stat info{};
    if (::fstat(file.get(), &info) != 0) return failed(path, "the file");
    if (!S_ISREG(info.st_mode)) return failed(SQLITE_CANTOPEN, path, "it is not a file");
    if (info.st_size > 0) return lock;
    // A new file must be found again after a power cut.
    const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) ::fsync(directory.get());  // Some file systems cannot, and lose nothing.
    return lock;
}

std::string_view synchronous(Durability durability) {
    return durability == Durability::full ? "PRAGMA synchronous = FULL"
                                          : "PRAGMA synchronous = NORMAL";
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : path_(other.path_),
      statement_(std::exchange(other.statement_, nullptr)),
      bind_code_(other.bind_code_) {}

Statement::~Statement() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

void Statement::note(int code) {
    if (bind_code_ == SQLITE_OK) bind_code_ = code;
}

Statement& Statement::bind(int at, std::int64_t number) {
    note(sqlite3_bind_int64(statement_, at, number));
    return *this;
}

// A null pointer would bind NULL, which is not the empty text.
Statement& Statement::bind(int at, std::string_view text) {
    note(sqlite3_bind_text64(statement_, at, text.empty() ? "" : text.data(), text.size(),
                             SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

Statement& Statement::bind(int at, BytesView bytes) {
    const void* const data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    note(sqlite3_bind_blob64(statement_, at, data, bytes.size(), SQLITE_STATIC));
    return *this;
}

Result<bool> Statement::step() {
    if (bind_code_ != SQLITE_OK) return failed(bind_code_, *path_, sqlite3_errstr(bind_code_));
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return failed(code, *path_, sqlite3_errmsg(sqlite3_db_handle(statement_)));
}

Result<void> Statement::run() {
    for (;;) {
        TRY(const bool has_row, step());
        if (!has_row) return ok();
    }
}

std::int64_t Statement::number(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string Statement::text(int column) const {
    const auto* const text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return text == nullptr ? std::string() : std::string(text, bytes);
}

Bytes Statement::bytes(int column) const {
    const auto* const data =
        static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
    return data == nullptr ? Bytes() : Bytes(data, data + bytes);
}

void Database::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Database::Database(Descriptor lock, std::string path)
    : lock_(std::move(lock)), path_(std::make_unique<const std::string>(std::move(path))) {}

Database::~Database() {
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
}

Result<Database> Database::open(Options options) {
    TRY(auto lock, take(options.path));
    Database database(std::move(lock), options.path);
    CHECK(database.connect(options));
    CHECK(database.migrate(options.migrations));
    return database;
}

Result<void> Database::connect(const Options& options) {
    sqlite3* connection = nullptr;
    constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path_->c_str(), &connection, flags,
                                     options.vfs.empty() ? nullptr : options.vfs.c_str());
    connection_.reset(connection);
    if (code != SQLITE_OK)
        return failed(code, *path_, connection ? sqlite3_errmsg(connection) : "no memory");
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(options.busy_wait);
    sqlite3_busy_timeout(connection, static_cast<int>(wait.count()));
    TRY(const auto mode, ask("PRAGMA journal_mode = WAL"));
    if (mode != "wal")
        return failed(SQLITE_IOERR, *path_, "its file system cannot share memory, as WAL needs it");
    CHECK(set_durability(options.durability));
    CHECK(execute("PRAGMA journal_size_limit = 67108864"));  // What a large commit left goes again.
    CHECK(execute("PRAGMA temp_store = MEMORY"));
    return execute("PRAGMA trusted_schema = OFF");
}

Result<void> Database::migrate(std::span<const std::string_view> migrations) {
    TRY(const auto text, ask("PRAGMA user_version"));
    const auto known = migrations.size();
    const auto version = static_cast<std::size_t>(std::strtoul(text.c_str(), nullptr, 10));
    if (version > known)
        return fail(Errc::unsupported, "store.schema_newer",
                    "'{}' was written by a newer version (schema {}, this one knows {}); use that "
                    "version, or another data directory",
                    *path_, version, known);
    for (std::size_t at = version; at < known; ++at) {
        const auto script = fmt::format("BEGIN IMMEDIATE; {}; PRAGMA user_version = {}; COMMIT",
                                        migrations[at], at + 1);
        char* why = nullptr;
        const int code = sqlite3_exec(connection_.get(), script.c_str(), nullptr, nullptr, &why);
        const std::unique_ptr<char, void (*)(void*)> owned(why, &sqlite3_free);
        if (code == SQLITE_OK) continue;
        if (is_in_transaction()) std::ignore = execute("ROLLBACK");
        return failed(code, *path_, why == nullptr ? sqlite3_errstr(code) : why);
    }
    return ok();
}

Result<std::string> Database::ask(std::string_view pragma) {
    TRY(auto statement, prepare(pragma));
    TRY(const bool has_row, statement.step());
    return has_row ? statement.text(0) : std::string();
}

Result<Statement> Database::prepare(std::string_view sql) {
    auto found = statements_.find(sql);
    if (found == statements_.end()) {
        WEFT_ASSERT(statements_.size() < statements_max, "statements are literals");
        sqlite3_stmt* statement = nullptr;
        const int code =
            sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                               SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK) return failed(code, *path_, sqlite3_errmsg(connection_.get()));
        found = statements_.emplace(sql, statement).first;
    }
    WEFT_ASSERT(sqlite3_stmt_busy(found->second) == 0, "one use of a statement at a time");
    return Statement(path_.get(), found->second);
}

Result<void> Database::execute(std::string_view sql) {
    TRY(auto statement, prepare(sql));
    return statement.run();
}

bool Database::is_in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

Result<void> Database::set_durability(Durability durability) {
    return execute(synchronous(durability));
}

}  // namespace weft::store
