#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/obs/metrics.h"
#include "base/obs/snapshot.h"

namespace weft::obs {

/// Owns the metrics of a process; made once in app/ and outlives every handle. Registering takes a
/// lock, counting does not. A module keeps its handles in one struct in its `probe.h`, whose
/// default does nothing:
///
///     struct HttpProbe {
///         Counter requests;
///         static HttpProbe in(Registry& registry) {
///             return {.requests = registry.counter("weft_http_requests_total", "requests read")};
///         }
///     };
///
/// Registering the same metric again gives the same series. Another kind, label set or bucket list
/// under one name, and every limit below, is a bug of ours and ends the process.
class Registry {
  public:
    static constexpr std::size_t labels_max = 2;
    static constexpr std::size_t series_max = 256;  ///< Of one metric.
    static constexpr std::size_t buckets_max = 32;

    explicit Registry(std::size_t metrics_max = 1024);
    ~Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    /// `help` is a literal: what is counted, in a few words.
    Counter counter(CounterName name, std::string_view help);
    Gauge gauge(MetricName name, std::string_view help);
    /// `bounds` ascend; the unit is the name's.
    Histogram histogram(MetricName name, std::string_view help, std::vector<double> bounds);

    Labelled<Counter> counters(CounterName name, std::string_view help, std::vector<Label> labels);
    Labelled<Gauge> gauges(MetricName name, std::string_view help, std::vector<Label> labels);
    Labelled<Histogram> histograms(MetricName name, std::string_view help,
                                   std::vector<double> bounds, std::vector<Label> labels);

    Snapshot snapshot() const;

  private:
    struct Family;
    struct Request;
    Family& ensure(Request request);

    std::size_t metrics_max_;
    mutable std::mutex mutex_;
    std::map<std::string_view, std::unique_ptr<Family>> families_;
};

}  // namespace weft::obs
