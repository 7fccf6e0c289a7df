#pragma once

#include <map>

#include "platform/capability/keyvalue.h"
#include "platform/providers/keyvalue/link_state.h"

namespace weft::providers::keyvalue {

/// The store of a link as `capability::KeyValue` has it: checks names, sizes and buckets, and does
/// each operation as one piece of work of the store. Shard-local; its calls are done before it
/// ends.
class LinkedKeyValue final : public capability::KeyValue {
  public:
    /// Of all that one batch reads or sets; more is `keyvalue.too_large`.
    static constexpr std::size_t batch_bytes_max = 64U << 20U;
    static constexpr std::size_t batch_keys_max = 10'000;

    explicit LinkedKeyValue(std::shared_ptr<const LinkState> link) : link_(std::move(link)) {}

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

  private:
    struct Opened;
    using Found = std::vector<std::optional<Cell>>;
    Result<Opened> enter(std::string bucket) const;
    static rt::Task<Found> find(Opened opened, std::vector<std::string> keys);

    std::shared_ptr<const LinkState> link_;
};

}  // namespace weft::providers::keyvalue
