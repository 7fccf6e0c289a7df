#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/rt/task.h"

namespace weft::bench {

/// What a program measures in one run.
struct Options {
    std::string guests;  ///< Folder of the assembled guests.
    std::string only;    ///< Figures whose names begin so.
    std::uint32_t batches = 25;
    std::uint32_t count = 0;  ///< Operations of a batch; 0: as many as take some milliseconds.
};

/// One measured thing: nanoseconds for one operation, of each batch.
struct Figure {
    std::string name;
    std::vector<double> wall_ns;
    std::vector<double> cpu_ns;   ///< Of the thread that measures.
    std::vector<double> call_ns;  ///< Of single operations, where each was timed; else empty.
};

/// What is done again and again.
class Operation {
  public:
    virtual ~Operation() = default;
    virtual rt::Task<void> repeat(std::uint32_t count) = 0;
    /// Times of single operations since the last call, in nanoseconds.
    virtual std::vector<double> take_call_times() { return {}; }
};

/// Measures `operation` unless the options leave `name` out; the first batch warms up and does not
/// count. `figures` and `operation` outlive the task.
rt::Task<void> measure(const Options* options, std::string name, std::uint32_t usual_count,
                       Operation* operation, std::vector<Figure>* figures);

/// CPU time of the calling thread.
double thread_cpu_ns();
double now_ns();

/// The middle value; 0 of none.
double median(std::vector<double> values);

/// All figures as one JSON object, by name.
std::string to_json(const std::vector<Figure>& figures);

}  // namespace weft::bench
