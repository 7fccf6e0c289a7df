#include "base/obs/line_writer.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weft::obs {
namespace {

constexpr int poll_ms = 100;
constexpr int stop_polls = 10;  // One second.

/// 0 for what is not a file.
std::uint64_t size_of_file(int descriptor) {
    struct stat info{};
    if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) return 0;
    return static_cast<std::uint64_t>(info.st_size);
}

}  // namespace

LineWriter::LineWriter(int descriptor, LogFile file)
    : descriptor_(descriptor), bytes_max_(queued_bytes_max), file_(std::move(file)) {
    file_bytes_ = size_of_file(descriptor_);
}

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
    const bool was_cut = std::exchange(is_cut_, false);
    if (was_cut) bytes.insert(0, 1, '\n');
    std::string_view rest = bytes;
    auto outcome = Written::all;
    rotate_for(rest.size());
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
        file_bytes_ += static_cast<std::size_t>(wrote);
    }
    is_cut_ = outcome == Written::failed && (was_cut || rest.size() < bytes.size());
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

/// Before a line that would make the file too large.
void LineWriter::rotate_for(std::size_t line_bytes) {
    if (!file_ || file_bytes_ + line_bytes <= file_->bytes_max) return;
    file_bytes_ = size_of_file(descriptor_);  // Somebody else may have emptied it.
    if (file_bytes_ == 0 || file_bytes_ + line_bytes <= file_->bytes_max) return;
    const auto& path = file_->path;
    const auto next = path + ".new";
    const int fresh =
        ::open(next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    // It may be gone: somebody else moved it.
    const bool is_moved =
        fresh >= 0 && (::rename(path.c_str(), (path + ".1").c_str()) == 0 || errno == ENOENT);
    const bool is_new =
        is_moved && ::rename(next.c_str(), path.c_str()) == 0 && ::dup2(fresh, descriptor_) >= 0;
    if (fresh >= 0) ::close(fresh);
    if (!is_new) {
        if (fresh >= 0) ::unlink(next.c_str());
        if (::ftruncate(descriptor_, 0) != 0) return;
    }
    file_bytes_ = 0;
}

void LineWriter::count_lost(Counter lost) {
    const std::lock_guard lock(mutex_);
    lost_ = lost;
    lost_.add(lines_lost());
}

void LineWriter::lose() {
    lost_.add();
    lines_lost_.fetch_add(1, std::memory_order_relaxed);
    untold_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace weft::obs
