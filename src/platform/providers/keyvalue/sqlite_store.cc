#include "platform/providers/keyvalue/sqlite_store.h"

#include <array>
#include <utility>

namespace weft::providers::keyvalue {
namespace {

/// A change gives its row a new number, which is the version: SQLite never uses one twice.
constexpr std::array<std::string_view, 1> migrations{
    "CREATE TABLE entry(version INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, "
    "key TEXT NOT NULL, value BLOB NOT NULL, UNIQUE(bucket, key));"
    "CREATE TABLE total(keys INTEGER NOT NULL, bytes INTEGER NOT NULL);"
    "INSERT INTO total VALUES (0, 0)"};

class SqliteCells final : public Cells {
  public:
    SqliteCells(store::Database* database, std::string_view bucket)
        : database_(database), bucket_(bucket) {}

    Result<std::optional<Cell>> find(std::string_view key) override {
        TRY(auto row, use("SELECT version, value FROM entry WHERE bucket = ?1 AND key = ?2"));
        TRY(const bool is_there, row.bind(2, key).step());
        if (!is_there) return std::nullopt;
        return Cell{std::make_shared<const Bytes>(row.bytes(1)),
                    static_cast<std::uint64_t>(row.number(0))};
    }
    Result<std::optional<CellInfo>> look(std::string_view key) override {
        TRY(auto row,
            use("SELECT version, length(value) FROM entry WHERE bucket = ?1 AND key = ?2"));
        TRY(const bool is_there, row.bind(2, key).step());
        if (!is_there) return std::nullopt;
        return CellInfo{static_cast<std::uint64_t>(row.number(1)),
                        static_cast<std::uint64_t>(row.number(0))};
    }
    Result<std::vector<std::string>> keys_from(std::string_view first, std::size_t count) override {
        TRY(auto rows, use("SELECT key FROM entry WHERE bucket = ?1 AND key >= ?2 ORDER BY key "
                           "LIMIT ?3"));
        rows.bind(2, first).bind(3, static_cast<std::int64_t>(count));
        std::vector<std::string> keys;
        for (;;) {
            TRY(const bool has_row, rows.step());
            if (!has_row) return keys;
            keys.push_back(rows.text(0));
        }
    }
    Result<void> reserve(Growth growth, const Limits& limits) override {
        Growth held;
        {
            TRY(auto row, database_->prepare("SELECT keys, bytes FROM total"));
            CHECK(row.step());
            held = {row.number(0), row.number(1)};
        }
        CHECK(check_room(held, growth, limits));
        if (growth.keys == 0 && growth.bytes == 0) return ok();
        TRY(auto change,
            database_->prepare("UPDATE total SET keys = keys + ?1, bytes = bytes + ?2"));
        return change.bind(1, growth.keys).bind(2, growth.bytes).run();
    }
    Result<void> put(std::string_view key, Value value) override {
        TRY(auto change,
            use("INSERT OR REPLACE INTO entry(bucket, key, value) VALUES (?1, ?2, ?3)"));
        return change.bind(2, key).bind(3, BytesView(*value)).run();
    }
    Result<void> erase(std::string_view key) override {
        TRY(auto change, use("DELETE FROM entry WHERE bucket = ?1 AND key = ?2"));
        return change.bind(2, key).run();
    }

  private:
    /// The statement with the bucket as its first parameter.
    Result<store::Statement> use(std::string_view sql) {
        TRY(auto statement, database_->prepare(sql));
        statement.bind(1, bucket_);
        return statement;
    }

    store::Database* database_;
    std::string_view bucket_;
};

store::Writer::Job job_of(std::string bucket, Store::Work work) {
    return [bucket = std::move(bucket), work = std::move(work)](store::Database& database) mutable {
        SqliteCells cells(&database, bucket);
        return work(cells);
    };
}

}  // namespace

rt::Task<std::shared_ptr<SqliteStore>> SqliteStore::open(Options options) {
    options.file.migrations = migrations;
    CO_TRY(auto writer,
           co_await store::Writer::open(std::move(options.file), options.limits, options.probe));
    co_return std::shared_ptr<SqliteStore>(
        new SqliteStore(std::move(writer), std::move(options.provider), options.failures));
}

rt::Task<void> SqliteStore::read(std::string bucket, Work work) {
    auto* const executor = (co_await rt::current_context())->executor();
    Result<void> result = co_await writer_->read(job_of(std::move(bucket), std::move(work)));
    co_return told(std::move(result), executor->now());
}

rt::Task<void> SqliteStore::change(std::string bucket, std::size_t bytes, Work work) {
    auto* const executor = (co_await rt::current_context())->executor();
    Result<void> result =
        co_await writer_->change(bytes, job_of(std::move(bucket), std::move(work)));
    co_return told(std::move(result), executor->now());
}

rt::Task<void> SqliteStore::stop() { return writer_->stop(); }

/// What the store failed with says more of the host than a component may know.
Result<void> SqliteStore::told(Result<void> result, TimePoint now) const {
    if (result || !result.error().slug.text().starts_with("store.")) return result;
    const auto& error = result.error();
    failures_->write(obs::Level::error, "keyvalue.operation_failed", provider_, now,
                     obs::kv("provider", provider_), obs::kv("error", error.slug.text()),
                     obs::kv("reason", error.message));
    return fail(Errc::unavailable, "keyvalue.store_failed", "the store {}",
                error.code == Errc::exhausted ? "has too much to do; try again later"
                                              : "failed; the host's log says why");
}

}  // namespace weft::providers::keyvalue
