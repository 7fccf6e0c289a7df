#include "platform/providers/keyvalue/memory_store.h"

#include <utility>

namespace weft::providers::keyvalue {

/// Used under the mutex of the stripe, and destroyed after it.
class MemoryStore::View final : public Cells {
  public:
    View(Stripe* stripe, Totals* totals, const std::string* bucket)
        : stripe_(stripe), totals_(totals), bucket_(bucket) {}

    Result<std::optional<Cell>> find(std::string_view key) override {
        const auto* const cell = at(key);
        return cell == nullptr ? std::nullopt : std::optional(*cell);
    }
    Result<std::optional<CellInfo>> look(std::string_view key) override {
        const auto* const cell = at(key);
        if (cell == nullptr) return std::nullopt;
        return CellInfo{cell->value->size(), cell->version};
    }
    Result<std::vector<std::string>> keys_from(std::string_view first, std::size_t count) override {
        std::vector<std::string> keys;
        const auto bucket = stripe_->buckets.find(*bucket_);
        if (bucket == stripe_->buckets.end()) return keys;
        for (auto at = bucket->second.lower_bound(first);
             at != bucket->second.end() && keys.size() < count; ++at)
            keys.push_back(at->first);
        return keys;
    }
    Result<void> reserve(Growth growth, const Limits& limits) override {
        const std::lock_guard lock(totals_->mutex);
        CHECK(check_room(totals_->held, growth, limits));
        totals_->held.keys += growth.keys;
        totals_->held.bytes += growth.bytes;
        return ok();
    }
    Result<void> put(std::string_view key, Value value) override {
        auto& cell = stripe_->buckets[*bucket_][std::string(key)];
        freed_.push_back(std::exchange(cell.value, std::move(value)));
        const std::lock_guard lock(totals_->mutex);
        cell.version = ++totals_->version;
        return ok();
    }
    Result<void> erase(std::string_view key) override {
        const auto bucket = stripe_->buckets.find(*bucket_);
        if (bucket == stripe_->buckets.end()) return ok();
        const auto cell = bucket->second.find(key);
        if (cell == bucket->second.end()) return ok();
        freed_.push_back(std::move(cell->second.value));
        bucket->second.erase(cell);
        if (bucket->second.empty()) stripe_->buckets.erase(bucket);
        return ok();
    }

  private:
    const Cell* at(std::string_view key) const {
        const auto bucket = stripe_->buckets.find(*bucket_);
        if (bucket == stripe_->buckets.end()) return nullptr;
        const auto cell = bucket->second.find(key);
        return cell == bucket->second.end() ? nullptr : &cell->second;
    }

    Stripe* stripe_;
    Totals* totals_;
    const std::string* bucket_;
    std::vector<Value> freed_;
};

Result<void> MemoryStore::run(const std::string& bucket, Work& work) {
    auto& stripe = stripes_.at(std::hash<std::string>{}(bucket) % stripes_max);
    View view(&stripe, &totals_, &bucket);
    const std::lock_guard lock(stripe.mutex);
    return work(view);
}

rt::Task<void> MemoryStore::read(std::string bucket, Work work) { co_return run(bucket, work); }

rt::Task<void> MemoryStore::change(std::string bucket, std::size_t, Work work) {
    co_return run(bucket, work);
}

rt::Task<void> MemoryStore::stop() { co_return ok(); }

}  // namespace weft::providers::keyvalue
