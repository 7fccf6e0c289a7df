#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string_view>

namespace weft::obs {

/// Writes whole lines to a descriptor that it borrows, each with one write(2), so that lines of
/// several threads never mix. A line that cannot be written (closed, full and not blocking) is
/// dropped and counted; a line that was cut by a full descriptor is ended before the next one.
class LineWriter {
  public:
    explicit LineWriter(int descriptor) : descriptor_(descriptor) {}

    /// `line` ends with '\n'.
    void write(std::string_view line);

    /// Lines dropped or cut since the start.
    std::uint64_t lines_lost() const { return lines_lost_.load(std::memory_order_relaxed); }

  private:
    bool write_all(std::string_view bytes);

    std::mutex mutex_;
    int descriptor_;
    bool is_cut_ = false;  // The last line went out without its end.
    std::atomic<std::uint64_t> lines_lost_ = 0;
};

}  // namespace weft::obs
