#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::obs {

enum class MetricKind { counter, gauge, histogram };

/// "counter", "gauge" or "histogram".
std::string_view metric_kind_name(MetricKind kind);

/// One series at one moment. Texts are the registration's literals.
struct Sample {
    std::string_view name;
    std::string_view help;
    MetricKind kind;
    std::vector<std::pair<std::string_view, std::string_view>> labels = {};
    std::int64_t value = 0;  ///< Of a counter or a gauge; of a histogram how many observations.
    double sum = 0;          ///< Of a histogram's observations.
    std::vector<std::pair<double, std::uint64_t>> buckets =
        {};  ///< Upper bound, observations up to it.
};

/// Sorted by name, then by label values in the order of registration. Series are read one after
/// the other, not all at one instant.
using Snapshot = std::vector<Sample>;

/// `[{"name":"weft_...","type":"counter","labels":{...},"value":1}, ...]`; histograms carry
/// `count`, `sum` and `buckets: [[bound, count], ...]`.
std::string to_json(const Snapshot& snapshot);

}  // namespace weft::obs
