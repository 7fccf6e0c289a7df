#include "base/obs/line_writer.h"

#include <cerrno>

#include <unistd.h>

namespace weft::obs {

void LineWriter::write(std::string_view line) {
    const std::lock_guard lock(mutex_);
    if (is_cut_ && !write_all("\n")) {
        lines_lost_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    is_cut_ = false;
    if (!write_all(line)) lines_lost_.fetch_add(1, std::memory_order_relaxed);
}

bool LineWriter::write_all(std::string_view bytes) {
    bool is_begun = false;
    while (!bytes.empty()) {
        const auto written = ::write(descriptor_, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) {
            is_cut_ = is_cut_ || is_begun;
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
        is_begun = true;
    }
    return true;
}

}  // namespace weft::obs
