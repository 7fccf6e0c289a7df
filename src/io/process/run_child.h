#pragma once

#include <cstddef>
#include <string>

#include "io/process/child.h"

namespace weft::process {

/// One child from start to end.
struct Job {
    Command command;                              ///< Without 1 and 2: its output is kept here.
    Duration time_max = std::chrono::minutes(1);  ///< By the clock on the wall.
    std::size_t output_bytes_max = 64U << 10U;    ///< On its standard output.
    int out_of_memory_code = 0;  ///< The exit code by which it says so; 0: it has none.
    int stop_fd = -1;            ///< Ends the child once it can be read; nothing is read. -1: none.
};

enum class JobEnd {
    exited,            ///< By itself; `end.code` is its exit code.
    killed,            ///< By a signal that this process did not send.
    out_of_time,       ///< CPU time or time by the clock.
    out_of_memory,     ///< It said so.
    output_too_large,  ///< On its standard output or in a file.
    stopped,           ///< By `stop_fd`.
};

struct JobOutcome {
    JobEnd how = JobEnd::exited;
    ChildEnd end;
    std::string output;
    std::string errors;  ///< The first 4 KiB of its standard error, for a log.
};

/// Starts a child and blocks until it has ended, in one way or another: for worker threads.
/// Errors: those of `Child::start`; unavailable (no descriptor for a pipe or a timer).
Result<JobOutcome> run_child(Job job);

}  // namespace weft::process
