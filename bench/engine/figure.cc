#include "bench/engine/figure.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include <fmt/format.h>

namespace weft::bench {

double thread_cpu_ns() {
    std::timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

double now_ns() {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double, std::nano>(now).count();
}

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::ranges::sort(values);
    return values[values.size() / 2];
}

rt::Task<void> measure(const Options* options, std::string name, std::uint32_t usual_count,
                       Operation* operation, std::vector<Figure>* figures) {
    if (!name.starts_with(options->only)) co_return ok();
    const auto count = options->count != 0 ? options->count : usual_count;
    // With a count somebody else counts instructions, and takes the difference of two runs.
    if (options->count == 0) CO_CHECK(co_await operation->repeat(count));
    operation->take_call_times();
    Figure figure{.name = std::move(name), .wall_ns = {}, .cpu_ns = {}, .call_ns = {}};
    for (std::uint32_t batch = 0; batch < options->batches; ++batch) {
        const double wall = now_ns();
        const double cpu = thread_cpu_ns();
        CO_CHECK(co_await operation->repeat(count));
        figure.cpu_ns.push_back((thread_cpu_ns() - cpu) / count);
        figure.wall_ns.push_back((now_ns() - wall) / count);
    }
    figure.call_ns = operation->take_call_times();
    figures->push_back(std::move(figure));
    co_return ok();
}

std::string to_json(const std::vector<Figure>& figures) {
    std::string out;
    for (const auto& figure : figures) {
        const auto best = [](const std::vector<double>& values) {
            return values.empty() ? 0 : std::ranges::min(values);
        };
        out += fmt::format(
            R"({}"{}":{{"wall_ns":{:.1f},"best_ns":{:.1f},"cpu_ns":{:.1f},"best_cpu_ns":{:.1f})",
            out.empty() ? "" : ",", figure.name, median(figure.wall_ns), best(figure.wall_ns),
            median(figure.cpu_ns), best(figure.cpu_ns));
        if (!figure.call_ns.empty())
            out += fmt::format(R"(,"p50_ns":{:.1f})", median(figure.call_ns));
        out += "}";
    }
    return "{" + out + "}";
}

}  // namespace weft::bench
