#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/core/bytes.h"
#include "base/rt/task.h"

namespace weft::capability {

/// A key-value store as components see it, whatever version of `wasi:keyvalue` they import. One
/// for each link and shard; those of one store may be on several shards and see each other's
/// changes. A bucket is named in each call, as on the 1.9 lattice. Each method runs on the shard,
/// and an answer that came says that the change is there for everybody, and as durable as its
/// store makes it.
///
/// Errors of all: not_found (`keyvalue.store_unknown`: no such bucket for this link), denied
/// (`keyvalue.access_denied`), invalid_argument (`keyvalue.name_invalid`, `keyvalue.too_large`),
/// exhausted (`keyvalue.full`), unavailable (`keyvalue.store_failed`), deadline, cancelled. Where a
/// change failed with one of the last three, it may still have been made. Source: WIT of
/// wasi:keyvalue 0.2.0-draft and 0.2.0-draft2.
class KeyValue {
  public:
    static constexpr std::size_t key_bytes_max = 1U << 10U;  ///< Also of a bucket's name.
    static constexpr std::size_t value_bytes_max = 16U << 20U;
    static constexpr std::size_t page_keys_max = 1'000;

    struct Entry {
        std::string key;
        Bytes value;
    };
    struct Page {
        std::vector<std::string> keys;    ///< At most `page_keys_max`, in the order of their bytes.
        std::optional<std::string> next;  ///< Where the next page begins; nothing at the end.
    };
    /// A value and the number of the change that made it. No change of a store has a number that
    /// another one had, so what was removed and made again differs from what was there.
    struct Versioned {
        std::optional<Bytes> value;
        std::uint64_t version = 0;  ///< 0: there is none.
    };

    virtual ~KeyValue() = default;

    /// Whether the link may use that bucket.
    virtual rt::Task<void> open(std::string bucket) = 0;
    virtual rt::Task<std::optional<Bytes>> get(std::string bucket, std::string key) = 0;
    virtual rt::Task<void> set(std::string bucket, std::string key, Bytes value) = 0;
    /// Also when there is none.
    virtual rt::Task<void> remove(std::string bucket, std::string key) = 0;
    virtual rt::Task<bool> exists(std::string bucket, std::string key) = 0;
    /// Keys from `cursor` on, from the first one without. A key that is there during the whole walk
    /// is in exactly one page.
    virtual rt::Task<Page> list_keys(std::string bucket, std::optional<std::string> cursor) = 0;

    /// Adds to a number that is kept as decimal text, 0 when there is none, and gives the sum.
    /// Errors: also failed_precondition (`keyvalue.not_a_number`; over the range of 64 bits).
    virtual rt::Task<std::int64_t> increment(std::string bucket, std::string key,
                                             std::int64_t delta) = 0;
    virtual rt::Task<Versioned> get_versioned(std::string bucket, std::string key) = 0;
    /// Sets the value if its version is still that one. False: it is another one, nothing changed.
    virtual rt::Task<bool> swap(std::string bucket, std::string key, std::uint64_t version,
                                Bytes value) = 0;

    /// In the order of the keys.
    virtual rt::Task<std::vector<std::optional<Bytes>>> get_many(std::string bucket,
                                                                 std::vector<std::string> keys) = 0;
    /// All or, with an error, none.
    virtual rt::Task<void> set_many(std::string bucket, std::vector<Entry> entries) = 0;
    virtual rt::Task<void> remove_many(std::string bucket, std::vector<std::string> keys) = 0;
};

}  // namespace weft::capability
