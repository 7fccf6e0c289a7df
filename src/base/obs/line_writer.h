#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/obs/metrics.h"

namespace weft::obs {

/// A log file that is kept from growing without end. At `bytes_max` it becomes `path` with ".1"
/// behind it, in place of the one before, and a new one begins; where that cannot be done, it
/// begins anew itself. So both together have at most twice `bytes_max`, and one line.
struct LogFile {
    std::string path;
    std::uint64_t bytes_max;
};

/// Writes whole lines to a descriptor that it borrows, so that lines of several threads never mix,
/// and never waits for its reader. A line that the reader does not take now waits in a bounded
/// queue, from which a thread writes, which is started by the first such line; what does not fit
/// into the queue, or cannot be written, is dropped and counted.
class LineWriter {
  public:
    static constexpr std::size_t queued_bytes_max = 1U << 20U;

    explicit LineWriter(int descriptor, std::size_t bytes_max = queued_bytes_max)
        : descriptor_(descriptor), bytes_max_(bytes_max) {}
    /// The descriptor is that of the file, open to append; it leads to the new one after each
    /// change.
    LineWriter(int descriptor, LogFile file);
    LineWriter(const LineWriter&) = delete;
    LineWriter& operator=(const LineWriter&) = delete;
    /// Gives a slow reader one second for what is queued.
    ~LineWriter();

    /// `line` ends with '\n'. Any thread.
    void write(std::string line);

    /// Counts those that are lost from now on.
    void count_lost(Counter lost);

    /// Lines dropped or cut since the start.
    std::uint64_t lines_lost() const { return lines_lost_.load(std::memory_order_relaxed); }
    /// Those that nobody was told of yet; the caller tells.
    std::uint64_t take_lost() { return untold_.exchange(0, std::memory_order_relaxed); }

  private:
    enum class Written : std::uint8_t { all, blocked, failed };

    Written write_part(std::string& bytes, int wait_ms);
    void write_queue();
    void rotate_for(std::size_t line_bytes);
    void lose();

    const int descriptor_;
    const std::size_t bytes_max_;
    const std::optional<LogFile> file_;
    std::uint64_t file_bytes_ = 0;  // Of the one that writes, as `is_cut_` is.
    bool is_cut_ = false;           // The last line has no end: the disk was full.
    std::atomic<std::uint64_t> lines_lost_ = 0;
    std::atomic<std::uint64_t> untold_ = 0;

    // Guarded by the mutex, except for the front of the queue while `thread_` writes it. What must
    // hold: as long as the queue is not empty, only `thread_` writes.
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::string> queue_;
    std::size_t queued_bytes_ = 0;
    bool stops_ = false;
    Counter lost_;
    std::thread thread_;
};

}  // namespace weft::obs
