#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/rt/task.h"
#include "io/store/database.h"

namespace weft::providers::keyvalue {

/// What a link may put into its store.
struct Limits {
    std::uint64_t value_bytes_max = 16U << 20U;
    std::uint64_t keys_max = 1'000'000;   ///< Of the whole store, as `bytes_max`.
    std::uint64_t bytes_max = 1U << 30U;  ///< For each key: bucket's name, key and value.

    friend bool operator==(const Limits&, const Limits&) = default;
};

/// Shared, for a copy of it is made where nobody waits.
using Value = std::shared_ptr<const Bytes>;

struct Cell {
    Value value;
    std::uint64_t version;  ///< As in `capability::KeyValue::Versioned`.
};

struct CellInfo {
    std::uint64_t value_bytes;
    std::uint64_t version;
};

/// By how much a change makes a store larger.
struct Growth {
    std::int64_t keys = 0;
    std::int64_t bytes = 0;
};

/// Errors: exhausted (`keyvalue.full`): it is over the limits and grows. `held` is what is there.
Result<void> check_room(Growth held, Growth growth, const Limits& limits);

/// One bucket, while nobody else changes it.
class Cells {
  public:
    virtual ~Cells() = default;
    virtual Result<std::optional<Cell>> find(std::string_view key) = 0;
    virtual Result<std::optional<CellInfo>> look(std::string_view key) = 0;
    /// In the order of their bytes.
    virtual Result<std::vector<std::string>> keys_from(std::string_view first,
                                                       std::size_t count) = 0;
    /// Before what it is for, and once. Errors: those of `check_room`.
    virtual Result<void> reserve(Growth growth, const Limits& limits) = 0;
    virtual Result<void> put(std::string_view key, Value value) = 0;
    virtual Result<void> erase(std::string_view key) = 0;
};

/// Keeps the buckets of one provider, for all its links on all shards. Any thread.
class Store {
  public:
    /// It uses only what it owns, may run on another thread and, where nobody waits for it any
    /// more, later. All that may fail comes before its first `put` or `erase`, except for failures
    /// of the store itself.
    using Work = std::move_only_function<Result<void>(Cells& cells)>;

    virtual ~Store() = default;
    /// Errors: those of the work, unavailable (`keyvalue.store_failed`), cancelled.
    virtual rt::Task<void> read(std::string bucket, Work work) = 0;
    /// All that the work does or, with an error, nothing. `bytes` is about what the work holds.
    virtual rt::Task<void> change(std::string bucket, std::size_t bytes, Work work) = 0;
    /// From the next change on; only a file has any.
    virtual void set_durability(store::Durability /*durability*/) {}
    /// Ends what is under way as it should, and frees the store for another owner. Later calls
    /// fail.
    virtual rt::Task<void> stop() = 0;
};

}  // namespace weft::providers::keyvalue
