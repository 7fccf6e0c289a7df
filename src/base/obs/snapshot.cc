#include "base/obs/snapshot.h"

#include <array>
#include <iterator>

#include <fmt/format.h>

#include "base/obs/escape.h"

namespace weft::obs {
namespace {

void append_histogram(std::string& out, const Sample& sample) {
    fmt::format_to(std::back_inserter(out), R"("count":{},"sum":{},"buckets":[)", sample.value,
                   sample.sum);
    for (std::size_t i = 0; i < sample.buckets.size(); ++i)
        fmt::format_to(std::back_inserter(out), "{}[{},{}]", i == 0 ? "" : ",",
                       sample.buckets[i].first, sample.buckets[i].second);
    out += ']';
}

void append_sample(std::string& out, const Sample& sample) {
    fmt::format_to(std::back_inserter(out), R"({{"name":"{}","type":"{}","labels":{{)", sample.name,
                   metric_kind_name(sample.kind));
    for (std::size_t i = 0; i < sample.labels.size(); ++i) {
        const auto& [key, value] = sample.labels[i];
        fmt::format_to(std::back_inserter(out), R"({}"{}":")", i == 0 ? "" : ",", key);
        append_escaped(out, value, EscapeFor::json, value.size());
        out += '"';
    }
    out += "},";
    if (sample.kind == MetricKind::histogram)
        append_histogram(out, sample);
    else
        fmt::format_to(std::back_inserter(out), R"("value":{})", sample.value);
    out += '}';
}

}  // namespace

std::string_view metric_kind_name(MetricKind kind) {
    constexpr std::array<std::string_view, 3> names{"counter", "gauge", "histogram"};
    return names[static_cast<std::size_t>(kind)];
}

std::string to_json(const Snapshot& snapshot) {
    std::string out = "[";
    for (const auto& sample : snapshot) {
        if (out.size() > 1) out += ',';
        append_sample(out, sample);
    }
    out += ']';
    return out;
}

}  // namespace weft::obs
