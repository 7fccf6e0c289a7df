#pragma once

#include <map>
#include <optional>
#include <utility>

#include "platform/capability/keyvalue.h"

namespace weft::capability {

/// A store in memory with the buckets that the test makes. Pages are small.
class MemoryKeyValue final : public KeyValue {
  public:
    static constexpr std::size_t page_keys = 3;

    struct Held {
        Bytes value;
        std::uint64_t version;
    };
    using Bucket = std::map<std::string, Held>;

    rt::Task<void> open(std::string bucket) override;
    rt::Task<std::optional<Bytes>> get(std::string bucket, std::string key) override;
    rt::Task<void> set(std::string bucket, std::string key, Bytes value) override;
    rt::Task<void> remove(std::string bucket, std::string key) override;
    rt::Task<bool> exists(std::string bucket, std::string key) override;
    rt::Task<Page> list_keys(std::string bucket, std::optional<std::string> cursor) override;
    rt::Task<std::int64_t> increment(std::string bucket, std::string key,
                                     std::int64_t delta) override;
    rt::Task<Versioned> get_versioned(std::string bucket, std::string key) override;
    rt::Task<bool> swap(std::string bucket, std::string key, std::uint64_t version,
                        Bytes value) override;
    rt::Task<std::vector<std::optional<Bytes>>> get_many(std::string bucket,
                                                         std::vector<std::string> keys) override;
    rt::Task<void> set_many(std::string bucket, std::vector<Entry> entries) override;
    rt::Task<void> remove_many(std::string bucket, std::vector<std::string> keys) override;

    std::map<std::string, Bucket> buckets;
    std::optional<Error> failure;  ///< Of every call, if there is one.
    std::size_t pages_read = 0;

  private:
    Result<Bucket*> find(const std::string& name);
    void put(Bucket& bucket, const std::string& key, Bytes value);

    std::uint64_t changes_ = 0;
};

}  // namespace weft::capability
