#pragma once

#include <array>
#include <map>
#include <mutex>

#include "platform/providers/keyvalue/store.h"

namespace weft::providers::keyvalue {

/// Keeps values in memory as long as the provider has a link. Buckets are spread over stripes with
/// a mutex each, which is held for some steps in a tree, never while a value is copied or freed.
class MemoryStore final : public Store {
  public:
    static constexpr std::size_t stripes_max = 16;

    rt::Task<void> read(std::string bucket, Work work) override;
    rt::Task<void> change(std::string bucket, std::size_t bytes, Work work) override;
    rt::Task<void> stop() override;

  private:
    using Bucket = std::map<std::string, Cell, std::less<>>;
    struct Stripe {
        std::mutex mutex;
        std::map<std::string, Bucket, std::less<>> buckets;  // Invariant: none is empty.
    };
    /// What all stripes hold together. Taken inside of a stripe's mutex, for a few additions.
    struct Totals {
        std::mutex mutex;
        Growth held;
        std::uint64_t version = 0;
    };
    class View;

    Result<void> run(const std::string& bucket, Work& work);

    std::array<Stripe, stripes_max> stripes_;
    Totals totals_;
};

}  // namespace weft::providers::keyvalue
