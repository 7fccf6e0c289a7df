#include "base/obs/registry.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace weft::obs {

struct Registry::Request {
    std::string_view name;
    std::string_view help;
    MetricKind kind;
    std::vector<double> bounds;
    std::vector<Label> labels;
};

struct Registry::Family {
    Request shape;
    std::vector<std::unique_ptr<Cell>> cells;                // Of a counter or a gauge.
    std::vector<std::unique_ptr<HistogramCell>> histograms;  // Of a histogram; in label order.
};

namespace {

bool is_same(const std::vector<Label>& a, const std::vector<Label>& b) {
    return std::ranges::equal(a, b, [](const Label& x, const Label& y) {
        return x.key.text() == y.key.text() && x.values == y.values;
    });
}

std::size_t series_of(const std::vector<Label>& labels) {
    std::size_t series = 1;
    for (const auto& label : labels) {
        WEFT_ASSERT(!label.values.empty() && label.values.size() <= Registry::series_max,
                    "a label has between one value and series_max values");
        series *= label.values.size();
    }
    return series;
}

template <typename Handle, typename Owned>
Labelled<Handle> labelled(const std::vector<Owned>& owned, const std::vector<Label>& labels) {
    std::vector<typename Handle::Storage*> cells;
    cells.reserve(owned.size());
    for (const auto& cell : owned) cells.push_back(cell.get());
    return {std::move(cells), labels.size() == 2 ? labels[1].values.size() : 1};
}

void read(Sample& sample, const HistogramCell& cell) {
    std::uint64_t observations = 0;
    for (std::size_t i = 0; i < cell.counts.size(); ++i) {
        observations += cell.counts[i].load(std::memory_order_relaxed);
        if (i < cell.bounds.size()) sample.buckets.emplace_back(cell.bounds[i], observations);
    }
    sample.value = static_cast<std::int64_t>(observations);
    sample.sum = cell.sum.load(std::memory_order_relaxed);
}

}  // namespace

Registry::Registry(std::size_t metrics_max) : metrics_max_(metrics_max) {}
Registry::~Registry() = default;

Counter Registry::counter(CounterName name, std::string_view help) {
    return counters(name, help, {}).at(0);
}

Gauge Registry::gauge(MetricName name, std::string_view help) {
    return gauges(name, help, {}).at(0);
}

Histogram Registry::histogram(MetricName name, std::string_view help, std::vector<double> bounds) {
    return histograms(name, help, std::move(bounds), {}).at(0);
}

Labelled<Counter> Registry::counters(CounterName name, std::string_view help,
                                     std::vector<Label> labels) {
    const auto& family = ensure({name.text(), help, MetricKind::counter, {}, std::move(labels)});
    return labelled<Counter>(family.cells, family.shape.labels);
}

Labelled<Gauge> Registry::gauges(MetricName name, std::string_view help,
                                 std::vector<Label> labels) {
    const auto& family = ensure({name.text(), help, MetricKind::gauge, {}, std::move(labels)});
    return labelled<Gauge>(family.cells, family.shape.labels);
}

Labelled<Histogram> Registry::histograms(MetricName name, std::string_view help,
                                         std::vector<double> bounds, std::vector<Label> labels) {
    WEFT_ASSERT(bounds.size() <= buckets_max, "a histogram has at most buckets_max buckets");
    WEFT_ASSERT(std::ranges::adjacent_find(bounds, std::greater_equal<>()) == bounds.end(),
                "bucket bounds ascend");
    const auto& family =
        ensure({name.text(), help, MetricKind::histogram, std::move(bounds), std::move(labels)});
    return labelled<Histogram>(family.histograms, family.shape.labels);
}

Registry::Family& Registry::ensure(Request request) {
    const std::lock_guard lock(mutex_);
    if (const auto found = families_.find(request.name); found != families_.end()) {
        const auto& known = found->second->shape;
        WEFT_ASSERT(known.kind == request.kind && known.bounds == request.bounds &&
                        is_same(known.labels, request.labels),
                    "a metric is registered twice with different shapes");
        return *found->second;
    }
    WEFT_ASSERT(families_.size() < metrics_max_, "a registry has at most metrics_max metrics");
    WEFT_ASSERT(request.labels.size() <= labels_max, "a metric has at most labels_max labels");
    const auto series = series_of(request.labels);
    WEFT_ASSERT(series <= series_max, "a metric has at most series_max series");

    auto family = std::make_unique<Family>();
    family->shape = std::move(request);
    const auto& shape = family->shape;
    for (std::size_t i = 0; i < series; ++i) {
        if (shape.kind == MetricKind::histogram)
            family->histograms.push_back(std::make_unique<HistogramCell>(shape.bounds));
        else
            family->cells.push_back(std::make_unique<Cell>());
    }
    return *families_.emplace(shape.name, std::move(family)).first->second;
}

Snapshot Registry::snapshot() const {
    const std::lock_guard lock(mutex_);
    Snapshot samples;
    for (const auto& [name, family] : families_) {
        const auto& shape = family->shape;
        const auto series = std::max(family->cells.size(), family->histograms.size());
        for (std::size_t i = 0; i < series; ++i) {
            Sample sample{.name = name, .help = shape.help, .kind = shape.kind};
            std::size_t stride = series;
            for (const auto& label : shape.labels) {
                stride /= label.values.size();
                const auto value = i / stride % label.values.size();
                sample.labels.emplace_back(label.key.text(), label.values[value]);
            }
            if (shape.kind == MetricKind::histogram)
                read(sample, *family->histograms[i]);
            else
                sample.value = family->cells[i]->value.load(std::memory_order_relaxed);
            samples.push_back(std::move(sample));
        }
    }
    return samples;
}

}  // namespace weft::obs
