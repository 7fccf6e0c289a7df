#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/assert.h"
#include "base/obs/metric_name.h"

namespace weft::obs {

/// Storage of one series; made by the registry and alive as long as it. On a cache line of its own,
/// for several shards count into it.
struct alignas(64) Cell {
    std::atomic<std::int64_t> value = 0;
};

/// Storage of one histogram series. `counts` has one more entry than `bounds`: what is above all.
struct alignas(64) HistogramCell {
    explicit HistogramCell(std::span<const double> upper_bounds)
        : bounds(upper_bounds), counts(upper_bounds.size() + 1) {}
    std::span<const double> bounds;
    std::vector<std::atomic<std::uint64_t>> counts;
    std::atomic<double> sum = 0;
};

/// Only grows. A handle without a registry does nothing, so a probe is free in tests.
class Counter {
  public:
    using Storage = Cell;
    Counter() = default;
    explicit Counter(Cell* cell) : cell_(cell) {}
    void add(std::uint64_t count = 1) const {
        if (cell_ != nullptr)
            cell_->value.fetch_add(static_cast<std::int64_t>(count), std::memory_order_relaxed);
    }

  private:
    Cell* cell_ = nullptr;
};

/// Goes up and down.
class Gauge {
  public:
    using Storage = Cell;
    Gauge() = default;
    explicit Gauge(Cell* cell) : cell_(cell) {}
    void set(std::int64_t value) const {
        if (cell_ != nullptr) cell_->value.store(value, std::memory_order_relaxed);
    }
    void add(std::int64_t change) const {
        if (cell_ != nullptr) cell_->value.fetch_add(change, std::memory_order_relaxed);
    }

  private:
    Cell* cell_ = nullptr;
};

/// Counts observations into buckets whose upper bounds are given at registration.
class Histogram {
  public:
    using Storage = HistogramCell;
    Histogram() = default;
    explicit Histogram(HistogramCell* cell) : cell_(cell) {}
    void observe(double value) const {
        if (cell_ == nullptr) return;
        std::size_t bucket = 0;
        while (bucket < cell_->bounds.size() && !(value <= cell_->bounds[bucket])) ++bucket;
        cell_->counts[bucket].fetch_add(1, std::memory_order_relaxed);
        cell_->sum.fetch_add(value, std::memory_order_relaxed);
    }

  private:
    HistogramCell* cell_ = nullptr;
};

/// One dimension of a metric; key and values are literals, the values a closed set.
struct Label {
    FieldKey key;
    std::vector<std::string_view> values;
};

/// All series of a labelled metric, reached by the index of each label's value, in the order of
/// registration. Without a registry every handle does nothing.
template <typename Handle>
class Labelled {
  public:
    Labelled() = default;
    Labelled(std::vector<typename Handle::Storage*> cells, std::size_t second_label_values)
        : cells_(std::move(cells)), stride_(second_label_values) {}

    /// `second` is for metrics with two labels.
    Handle at(std::size_t first, std::size_t second = 0) const {
        if (cells_.empty()) return Handle();
        WEFT_ASSERT(second < stride_ && first * stride_ + second < cells_.size(),
                    "a label's value is outside its closed set");
        return Handle(cells_[first * stride_ + second]);
    }

  private:
    std::vector<typename Handle::Storage*> cells_;
    std::size_t stride_ = 1;
};

}  // namespace weft::obs
