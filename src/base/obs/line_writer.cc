#include "base/obs/line_writer.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace weft::obs {
namespace {

constexpr int poll_ms = 100;
constexpr int stop_polls = 10;  // One second.

}  // namespace

LineWriter::~LineWriter() {
    {
        const std::lock_guard lock(mutex_);
        stops_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void LineWriter::write(std::string line) {
    const std::lock_guard lock(mutex_);
    const auto written = queue_.empty() ? write_part(line, 0) : Written::blocked;
    if (written == Written::all) return;
    if (written == Written::failed || line.size() > bytes_max_ - queued_bytes_) return lose();
    queued_bytes_ += line.size();
    queue_.push_back(std::move(line));
    if (!thread_.joinable()) thread_ = std::thread([this] { write_queue(); });
    changed_.notify_all();
}

/// Writes as much as the descriptor takes without a wait, except `wait_ms` before each part, and
/// removes it from `bytes`.
LineWriter::Written LineWriter::write_part(std::string& bytes, int wait_ms) {
    std::string_view rest = bytes;
    auto outcome = Written::all;
    while (!rest.empty()) {
        pollfd ready{descriptor_, POLLOUT, 0};
        if (descriptor_ < 0 || ::poll(&ready, 1, wait_ms) < 1) {
            outcome = descriptor_ < 0 ? Written::failed : Written::blocked;
            break;
        }
        // A pipe that is ready has room for that much.
        const auto wrote =
            ::write(descriptor_, rest.data(), std::min<std::size_t>(rest.size(), PIPE_BUF));
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) {
            outcome = wrote < 0 && errno == EAGAIN ? Written::blocked : Written::failed;
            break;
        }
        rest.remove_prefix(static_cast<std::size_t>(wrote));
    }
    bytes.erase(0, bytes.size() - rest.size());
    return outcome;
}

void LineWriter::write_queue() {
    int patience = stop_polls;
    std::unique_lock lock(mutex_);
    for (;;) {
        while (queue_.empty() && !stops_) changed_.wait(lock);
        if (queue_.empty()) return;
        auto& front = queue_.front();
        const auto size = front.size();
        lock.unlock();
        const auto written = write_part(front, poll_ms);
        lock.lock();
        queued_bytes_ -= size - front.size();
        if (written == Written::blocked) {
            if (stops_ && --patience == 0) break;
            continue;
        }
        if (written == Written::failed) lose();
        queued_bytes_ -= front.size();
        queue_.pop_front();
    }
    for (; !queue_.empty(); queue_.pop_front()) lose();
}

void LineWriter::lose() {
    lines_lost_.fetch_add(1, std::memory_order_relaxed);
    untold_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace weft::obs
