#include "platform/capability/memory_keyvalue_fixture.h"

#include <charconv>

namespace weft::capability {

Result<MemoryKeyValue::Bucket*> MemoryKeyValue::find(const std::string& name) {
    if (failure) return Failure(*failure);
    const auto found = buckets.find(name);
    if (found == buckets.end())
        return fail(Errc::not_found, "keyvalue.store_unknown", "no bucket '{}'", name);
    return &found->second;
}

void MemoryKeyValue::put(Bucket& bucket, const std::string& key, Bytes value) {
    bucket.insert_or_assign(key, Held{std::move(value), ++changes_});
}

rt::Task<void> MemoryKeyValue::open(std::string bucket) {
    CO_CHECK(find(bucket));
    co_return ok();
}

rt::Task<std::optional<Bytes>> MemoryKeyValue::get(std::string bucket, std::string key) {
    CO_TRY(auto got, co_await get_versioned(std::move(bucket), std::move(key)));
    co_return std::move(got.value);
}

rt::Task<void> MemoryKeyValue::set(std::string bucket, std::string key, Bytes value) {
    CO_TRY(auto* const held, find(bucket));
    put(*held, key, std::move(value));
    co_return ok();
}

rt::Task<void> MemoryKeyValue::remove(std::string bucket, std::string key) {
    CO_TRY(auto* const held, find(bucket));
    held->erase(key);
    co_return ok();
}

rt::Task<bool> MemoryKeyValue::exists(std::string bucket, std::string key) {
    CO_TRY(auto* const held, find(bucket));
    co_return held->contains(key);
}

rt::Task<KeyValue::Page> MemoryKeyValue::list_keys(std::string bucket,
                                                   std::optional<std::string> cursor) {
    CO_TRY(auto* const held, find(bucket));
    ++pages_read;
    Page page;
    auto next = cursor ? held->lower_bound(*cursor) : held->begin();
    for (; next != held->end() && page.keys.size() < page_keys; ++next)
        page.keys.push_back(next->first);
    if (next != held->end()) page.next = next->first;
    co_return page;
}

rt::Task<std::int64_t> MemoryKeyValue::increment(std::string bucket, std::string key,
                                                 std::int64_t delta) {
    CO_TRY(auto* const held, find(bucket));
    std::int64_t number = 0;
    if (const auto found = held->find(key); found != held->end()) {
        const auto text = as_text(found->second.value);
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        if (read.ec != std::errc() || read.ptr != text.data() + text.size())
            co_return fail(Errc::failed_precondition, "keyvalue.not_a_number", "not a number");
    }
    number += delta;
    put(*held, key, to_bytes(std::to_string(number)));
    co_return number;
}

rt::Task<KeyValue::Versioned> MemoryKeyValue::get_versioned(std::string bucket, std::string key) {
    CO_TRY(auto* const held, find(bucket));
    const auto found = held->find(key);
    if (found == held->end()) co_return Versioned();
    co_return Versioned{found->second.value, found->second.version};
}

rt::Task<bool> MemoryKeyValue::swap(std::string bucket, std::string key, std::uint64_t version,
                                    Bytes value) {
    CO_TRY(const auto now, co_await get_versioned(bucket, key));
    if (now.version != version) co_return false;
    CO_CHECK(co_await set(std::move(bucket), std::move(key), std::move(value)));
    co_return true;
}

rt::Task<std::vector<std::optional<Bytes>>> MemoryKeyValue::get_many(
    std::string bucket, std::vector<std::string> keys) {
    std::vector<std::optional<Bytes>> values;
    for (const auto& key : keys) {
        CO_TRY(auto value, co_await get(bucket, key));
        values.push_back(std::move(value));
    }
    co_return values;
}

rt::Task<void> MemoryKeyValue::set_many(std::string bucket, std::vector<Entry> entries) {
    CO_TRY(auto* const held, find(bucket));
    for (auto& [key, value] : entries) put(*held, key, std::move(value));
    co_return ok();
}

rt::Task<void> MemoryKeyValue::remove_many(std::string bucket, std::vector<std::string> keys) {
    CO_TRY(auto* const held, find(bucket));
    for (const auto& key : keys) held->erase(key);
    co_return ok();
}

}  // namespace weft::capability
