#include "platform/providers/keyvalue/linked_keyvalue.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/codec/utf8.h"

namespace weft::providers::keyvalue {
namespace {

using capability::KeyValue;

/// `what` is "bucket" or "key".
Result<void> check_name(std::string_view what, std::string_view name) {
    if (name.size() > KeyValue::key_bytes_max)
        return fail(Errc::invalid_argument, "keyvalue.name_invalid",
                    "the name of a {} has {} bytes, the limit is {}", what, name.size(),
                    KeyValue::key_bytes_max);
    if (name.contains('\0') || codec::find_invalid_utf8(name) != std::string_view::npos)
        return fail(Errc::invalid_argument, "keyvalue.name_invalid",
                    "the name of a {} is not UTF-8, or has a NUL", what);
    return ok();
}

Result<void> check_count(std::size_t keys) {
    if (keys > LinkedKeyValue::batch_keys_max)
        return fail(Errc::invalid_argument, "keyvalue.too_large",
                    "a batch has {} keys, the limit is {}", keys, LinkedKeyValue::batch_keys_max);
    return ok();
}

Result<void> check_names(const std::vector<std::string>& keys) {
    CHECK(check_count(keys.size()));
    for (const auto& key : keys) CHECK(check_name("key", key));
    return ok();
}

Result<void> check_value(BytesView value, const Limits& limits) {
    if (value.size() > limits.value_bytes_max)
        return fail(Errc::invalid_argument, "keyvalue.too_large",
                    "a value has {} bytes, the limit is {}", value.size(), limits.value_bytes_max);
    return ok();
}

Failure batch_too_large() {
    return fail(Errc::invalid_argument, "keyvalue.too_large",
                "the values of a batch have more than {} bytes", LinkedKeyValue::batch_bytes_max);
}

/// What a change of one bucket may use. Work has this and not the store: the store's own thread, on
/// which it runs, must not be the last to let go of it.
struct Room {
    Limits limits;
    std::size_t bucket_bytes;

    std::size_t bytes_of(std::string_view key, std::uint64_t value_bytes) const {
        return bucket_bytes + key.size() + value_bytes;
    }
    /// By which a new or changed value makes the store larger.
    Growth growth(std::string_view key, const std::optional<CellInfo>& old,
                  std::uint64_t value_bytes) const {
        const auto bytes = static_cast<std::int64_t>(bytes_of(key, value_bytes));
        if (!old) return {1, bytes};
        return {0, bytes - static_cast<std::int64_t>(bytes_of(key, old->value_bytes))};
    }
};

Result<std::int64_t> add(const std::optional<Cell>& cell, std::int64_t delta) {
    std::int64_t number = 0;
    if (cell) {
        const auto text = as_text(*cell->value);
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc() || end != text.data() + text.size())
            return fail(Errc::failed_precondition, "keyvalue.not_a_number",
                        "the value is not a whole decimal number of 64 bits");
    }
    std::int64_t sum = 0;
    if (__builtin_add_overflow(number, delta, &sum))
        return fail(Errc::failed_precondition, "keyvalue.not_a_number",
                    "{} and {} add up to more than a number of 64 bits holds", number, delta);
    return sum;
}

std::optional<Bytes> copy_of(const std::optional<Cell>& cell) {
    return cell ? std::optional(*cell->value) : std::nullopt;
}

}  // namespace

struct LinkedKeyValue::Opened {
    std::shared_ptr<Store> store;
    std::string bucket;
    Room room;
};

Result<LinkedKeyValue::Opened> LinkedKeyValue::enter(std::string bucket) const {
    CHECK(check_name("bucket", bucket));
    const auto target = link_->target();
    if (!target)
        return fail(Errc::not_found, "keyvalue.store_unknown",
                    "the component's link to the store was taken away");
    if (target->buckets && std::ranges::find(*target->buckets, bucket) == target->buckets->end())
        return fail(Errc::not_found, "keyvalue.store_unknown",
                    "the component's link does not name bucket '{}'; it names: {}", bucket,
                    fmt::join(*target->buckets, ", "));
    if (target->one_bucket) bucket = *target->one_bucket;
    const Room room{target->limits, bucket.size()};
    return Opened{target->store, std::move(bucket), room};
}

rt::Task<void> LinkedKeyValue::open(std::string bucket) {
    CO_CHECK(enter(std::move(bucket)));
    co_return ok();
}

rt::Task<LinkedKeyValue::Found> LinkedKeyValue::find(Opened opened, std::vector<std::string> keys) {
    CO_CHECK(check_names(keys));
    const auto found = std::make_shared<Found>();
    CO_CHECK(co_await opened.store->read(
        std::move(opened.bucket), [keys = std::move(keys), found](Cells& cells) -> Result<void> {
            std::size_t bytes = 0;
            for (const auto& key : keys) {
                TRY(auto cell, cells.find(key));
                if (cell) bytes += cell->value->size();
                if (bytes > batch_bytes_max) return batch_too_large();
                found->push_back(std::move(cell));
            }
            return ok();
        }));
    co_return std::move(*found);
}

rt::Task<std::optional<Bytes>> LinkedKeyValue::get(std::string bucket, std::string key) {
    CO_TRY(auto opened, enter(std::move(bucket)));
    CO_TRY(const auto found, co_await find(std::move(opened), {std::move(key)}));
    co_return copy_of(found.front());
}

rt::Task<KeyValue::Versioned> LinkedKeyValue::get_versioned(std::string bucket, std::string key) {
    CO_TRY(auto opened, enter(std::move(bucket)));
    CO_TRY(const auto found, co_await find(std::move(opened), {std::move(key)}));
    const auto& cell = found.front();
    co_return Versioned{copy_of(cell), cell ? cell->version : 0};
}

rt::Task<std::vector<std::optional<Bytes>>> LinkedKeyValue::get_many(
    std::string bucket, std::vector<std::string> keys) {
    CO_TRY(auto opened, enter(std::move(bucket)));
    CO_TRY(const auto found, co_await find(std::move(opened), std::move(keys)));
    std::vector<std::optional<Bytes>> values;
    values.reserve(found.size());
    for (const auto& cell : found) values.push_back(copy_of(cell));
    co_return values;
}

rt::Task<bool> LinkedKeyValue::exists(std::string bucket, std::string key) {
    CO_TRY(auto opened, enter(std::move(bucket)));
    CO_CHECK(check_name("key", key));
    const auto is_there = std::make_shared<bool>(false);
    CO_CHECK(co_await opened.store->read(
        std::move(opened.bucket), [key = std::move(key), is_there](Cells& cells) -> Result<void> {
            TRY(const auto info, cells.look(key));
            *is_there = info.has_value();
            return ok();
        }));
    co_return *is_there;
}

rt::Task<KeyValue::Page> LinkedKeyValue::list_keys(std::string bucket,
                                                   std::optional<std::string> cursor) {
    CO_TRY(auto opened, enter(std::move(bucket)));
    auto first = std::move(cursor).value_or("");
    CO_CHECK(check_name("key", first));
    const auto page = std::make_shared<Page>();
    CO_CHECK(co_await opened.store->read(
        std::move(opened.bucket), [first = std::move(first), page](Cells& cells) -> Result<void> {
            TRY(page->keys, cells.keys_from(first, page_keys_max + 1));
            return ok();
        }));
    if (page->keys.size() > page_keys_max) {
        page->next = std::move(page->keys.back());
        page->keys.pop_back();
    }
    co_return std::move(*page);
}

rt::Task<void> LinkedKeyValue::set(std::string bucket, std::string key, Bytes value) {
    std::vector<Entry> entries;
    entries.push_back({std::move(key), std::move(value)});
    return set_many(std::move(bucket), std::move(entries));
}

rt::Task<void> LinkedKeyValue::set_many(std::string bucket, std::vector<Entry> entries) {
    CO_TRY(auto opened, enter(std::move(bucket)));
    const auto room = opened.room;
    CO_CHECK(check_count(entries.size()));
    std::map<std::string, Value> values;  // Of those with one key the last counts.
    std::size_t bytes = 0;
    for (auto& entry : entries) {
        CO_CHECK(check_name("key", entry.key));
        CO_CHECK(check_value(entry.value, room.limits));
        bytes += room.bytes_of(entry.key, entry.value.size());
        if (bytes > batch_bytes_max) co_return batch_too_large();
        values[std::move(entry.key)] = std::make_shared<const Bytes>(std::move(entry.value));
    }
    co_return co_await opened.store->change(
        std::move(opened.bucket), bytes,
        [values = std::move(values), room](Cells& cells) -> Result<void> {
            Growth growth;
            for (const auto& [key, value] : values) {
                TRY(const auto old, cells.look(key));
                const auto one = room.growth(key, old, value->size());
                growth = {growth.keys + one.keys, growth.bytes + one.bytes};
            }
            CHECK(cells.reserve(growth, room.limits));
            for (const auto& [key, value] : values) CHECK(cells.put(key, value));
            return ok();
        });
}

rt::Task<void> LinkedKeyValue::remove(std::string bucket, std::string key) {
    return remove_many(std::move(bucket), {std::move(key)});
}

rt::Task<void> LinkedKeyValue::remove_many(std::string bucket, std::vector<std::string> keys) {
    CO_TRY(auto opened, enter(std::move(bucket)));
    CO_CHECK(check_names(keys));
    std::size_t bytes = 0;
    for (const auto& key : keys) bytes += key.size();
    std::set<std::string> names(std::make_move_iterator(keys.begin()),
                                std::make_move_iterator(keys.end()));
    co_return co_await opened.store->change(
        std::move(opened.bucket), bytes,
        [names = std::move(names), room = opened.room](Cells& cells) -> Result<void> {
            Growth growth;
            for (const auto& key : names) {
                TRY(const auto old, cells.look(key));
                if (!old) continue;
                growth.keys -= 1;
                growth.bytes -= static_cast<std::int64_t>(room.bytes_of(key, old->value_bytes));
            }
            CHECK(cells.reserve(growth, room.limits));
            for (const auto& key : names) CHECK(cells.erase(key));
            return ok();
        });
}

rt::Task<std::int64_t> LinkedKeyValue::increment(std::string bucket, std::string key,
                                                 std::int64_t delta) {
    CO_TRY(auto opened, enter(std::move(bucket)));
    CO_CHECK(check_name("key", key));
    const auto sum = std::make_shared<std::int64_t>(0);
    const auto bytes = key.size();
    CO_CHECK(co_await opened.store->change(
        std::move(opened.bucket), bytes,
        [key = std::move(key), delta, sum, room = opened.room](Cells& cells) -> Result<void> {
            TRY(const auto old, cells.look(key));
            TRY(const auto cell, cells.find(key));
            TRY(*sum, add(cell, delta));
            auto text = std::make_shared<const Bytes>(to_bytes(fmt::format("{}", *sum)));
            CHECK(check_value(*text, room.limits));
            CHECK(cells.reserve(room.growth(key, old, text->size()), room.limits));
            return cells.put(key, std::move(text));
        }));
    co_return *sum;
}

rt::Task<bool> LinkedKeyValue::swap(std::string bucket, std::string key, std::uint64_t version,
                                    Bytes value) {
    CO_TRY(auto opened, enter(std::move(bucket)));
    CO_CHECK(check_name("key", key));
    CO_CHECK(check_value(value, opened.room.limits));
    const auto is_done = std::make_shared<bool>(false);
    const auto bytes = key.size() + value.size();
    auto shared = std::make_shared<const Bytes>(std::move(value));
    CO_CHECK(co_await opened.store->change(
        std::move(opened.bucket), bytes,
        [key = std::move(key), version, is_done, value = std::move(shared),
         room = opened.room](Cells& cells) -> Result<void> {
            TRY(const auto old, cells.look(key));
            if ((old ? old->version : 0) != version) return ok();
            CHECK(cells.reserve(room.growth(key, old, value->size()), room.limits));
            CHECK(cells.put(key, value));
            *is_done = true;
            return ok();
        }));
    co_return *is_done;
}

}  // namespace weft::providers::keyvalue
