#include "io/files/files.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

namespace weft::files {
namespace {

/// `doing` is "read", "write" or "lock".
Failure failed(int error, std::string_view doing, const std::string& path) {
    switch (error) {
        case ENOENT:
        case ENOTDIR:
            return fail(Errc::not_found, "file.not_found", "cannot {} '{}': it does not exist",
                        doing, path);
        case EACCES:
        case EPERM:
            return fail(Errc::denied, "file.denied",
                        "cannot {} '{}': no permission; check its owner and mode", doing, path);
        case EROFS:
            return fail(Errc::unavailable, "file.read_only",
                        "cannot {} '{}': the file system is read-only; choose another place", doing,
                        path);
        case EEXIST:
            return fail(Errc::already_exists, "file.exists",
                        "'{}' exists already; it is not overwritten", path);
        default:
            return fail(Errc::unavailable, "file.io_failed", "cannot {} '{}': {}", doing, path,
                        std::strerror(error));
    }
}

Result<void> write_all(int fd, BytesView content, const std::string& path) {
    while (!content.empty()) {
        const auto wrote = ::write(fd, content.data(), content.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return failed(errno, "write", path);
        content = content.subspan(static_cast<std::size_t>(wrote));
    }
    return ok();
}

Failure is_directory(const std::string& path) {
    return fail(Errc::invalid_argument, "file.is_directory",
                "'{}' is a directory; name a file in it", path);
}

Failure too_large(const std::string& path, std::size_t bytes, std::size_t bytes_max) {
    return fail(Errc::exhausted, "file.too_large", "'{}' has {}{} bytes, the limit is {}", path,
                bytes > bytes_max ? "" : "more than ", bytes, bytes_max);
}

Descriptor open_to_read(const std::string& path) {
    // As it is: a socket cannot be opened by that name, and a file would be read from its begin.
    if (path == stdin_path) return Descriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
    return Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

Result<void> check_others(const std::string& path, const struct stat& info, Others others) {
    // A pipe without a name is the user's own, also for a program that runs as root.
    const bool is_pipe = S_ISFIFO(info.st_mode) && path != stdin_path;
    const bool has_a_mode = S_ISREG(info.st_mode) || is_pipe;
    if (others == Others::may_write || !has_a_mode) return ok();
    const auto refuse = [&path](std::string_view what, std::string_view command) {
        return fail(Errc::denied, "file.unsafe", "'{}' {}; run: {} '{}'", path, what, command,
                    path);
    };
    if (info.st_uid != ::geteuid() && info.st_uid != 0)
        return refuse("belongs to another user, who may change it",
                      fmt::format("sudo chown {}", ::geteuid()));
    const bool is_secret = others == Others::may_nothing;
    if (is_secret && (info.st_mode & 0077) != 0)
        return refuse("is a secret that other users may read", "chmod 600");
    if ((info.st_mode & 0022) != 0) return refuse("can be written by other users", "chmod go-w");
    return ok();
}

/// Waits until something can be read. Errors: unavailable (`file.pipe_silent`).
Result<void> wait_readable(int fd, const std::string& path, Duration wait) {
    const auto wait_ms = std::chrono::duration_cast<std::chrono::milliseconds>(wait).count();
    pollfd entry{.fd = fd, .events = POLLIN, .revents = 0};
    int ready = 0;
    do ready = ::poll(&entry, 1, static_cast<int>(wait_ms));
    while (ready < 0 && errno == EINTR);
    if (ready != 0) return ok();
    return fail(Errc::unavailable, "file.pipe_silent",
                "nothing came from the pipe '{}' for {} s; start what writes to it", path,
                wait_ms / 1000);
}

Result<Bytes> read_to_end(int fd, const std::string& path, std::size_t bytes_max, Duration wait) {
    constexpr std::size_t chunk_bytes = 64 * 1024;
    Bytes content;
    std::size_t have = 0;
    if (path == stdin_path) await_stdin();
    while (have <= bytes_max) {
        CHECK(wait_readable(fd, path, wait));
        if (have == content.size()) content.resize(std::max(2 * have, chunk_bytes));
        const auto got = ::read(fd, content.data() + have, content.size() - have);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (got < 0) return failed(errno, "read", path);
        if (got == 0) {
            content.resize(have);
            return content;
        }
        have += static_cast<std::size_t>(got);
    }
    return too_large(path, bytes_max, bytes_max);
}

Result<Bytes> read_whole(int fd, const std::string& path, std::size_t bytes) {
    Bytes content(bytes);
    std::size_t have = 0;
    while (have < content.size()) {
        const auto got = ::read(fd, content.data() + have, content.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(errno, "read", path);
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    content.resize(have);
    return content;
}

/// Where the links of a path lead, also when nothing is there.
std::string follow_links(std::string path) {
    constexpr int links_max = 40;
    for (int links = 0; links < links_max; ++links) {
        std::error_code error;
        const auto target = std::filesystem::read_symlink(path, error);
        if (error) break;
        path = (std::filesystem::path(path).parent_path() / target).string();
    }
    return path;
}

/// What came to be of a file has to be found again, too.
void sync_directory_of(const std::string& path) {
    const auto slash = path.find_last_of('/');
    const auto parent = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    const Descriptor directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory) ::fsync(directory.get());  // Some file systems cannot, and lose nothing.
}

Result<void> write_as_it_is(const std::string& path, BytesView content) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY));
    if (!file) return failed(errno, "write", path);
    return write_all(file.get(), content, path);
}

/// Writes a new file completely; `old` is what it takes the place of, if anything.
Result<void> fill(int fd, const std::string& path, BytesView content, unsigned mode,
                  const struct stat* old) {
    CHECK(write_all(fd, content, path));
    struct stat made{};
    if (::fstat(fd, &made) != 0) return failed(errno, "write", path);
    // A user who may not give files away could replace the file all the same.
    if (old != nullptr && (old->st_uid != made.st_uid || old->st_gid != made.st_gid) &&
        ::fchown(fd, old->st_uid, old->st_gid) != 0 && errno != EPERM)
        return failed(errno, "write", path);
    if (::fchmod(fd, old == nullptr ? mode : old->st_mode & 0777) != 0 || ::fsync(fd) != 0)
        return failed(errno, "write", path);
    return ok();
}

}  // namespace

void await_stdin() {
    pollfd entry{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    while (::poll(&entry, 1, -1) < 0 && errno == EINTR) {
    }
}

Result<Bytes> read_file(const std::string& path, std::size_t bytes_max, Others others,
                        Duration pipe_wait) {
    const auto file = open_to_read(path);
    if (!file) return failed(errno, "read", path);
    struct stat info{};
    if (::fstat(file.get(), &info) != 0) return failed(errno, "read", path);
    if (S_ISDIR(info.st_mode)) return is_directory(path);
    CHECK(check_others(path, info, others));
    const auto bytes = static_cast<std::size_t>(info.st_size);
    if (!S_ISREG(info.st_mode) || path == stdin_path)
        return read_to_end(file.get(), path, bytes_max, pipe_wait);
    if (bytes > bytes_max) return too_large(path, bytes, bytes_max);
    return read_whole(file.get(), path, bytes);
}

Result<void> write_file(const std::string& path, BytesView content, unsigned mode,
                        Overwrite overwrite) {
    struct stat old{};
    const bool replaces = overwrite == Overwrite::yes && ::stat(path.c_str(), &old) == 0;
    if (replaces && S_ISDIR(old.st_mode)) return is_directory(path);
    if (replaces && !S_ISREG(old.st_mode)) return write_as_it_is(path, content);
    const auto target = overwrite == Overwrite::yes ? follow_links(path) : path;
    std::string beside = target + ".XXXXXX";
    const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
    if (!file) return failed(errno, "write", path);
    Result<void> written = fill(file.get(), path, content, mode, replaces ? &old : nullptr);
    if (written && overwrite == Overwrite::yes && ::rename(beside.c_str(), target.c_str()) != 0)
        written = failed(errno, "write", path);
    if (written && overwrite == Overwrite::no && ::link(beside.c_str(), target.c_str()) != 0)
        written = failed(errno, "write", path);
    if (!written || overwrite == Overwrite::no) ::unlink(beside.c_str());
    if (written) sync_directory_of(target);
    return written;
}

Result<FileLock> FileLock::take(const std::string& path, Duration wait) {
    constexpr int step_ms = 10;
    const auto lock = follow_links(path) + ".lock";
    Descriptor file(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return failed(errno, "write", lock);
    for (auto left = wait; ::flock(file.get(), LOCK_EX | LOCK_NB) != 0;
         left -= std::chrono::milliseconds(step_ms)) {
        if (errno != EWOULDBLOCK && errno != EINTR) return failed(errno, "lock", lock);
        if (left <= Duration::zero())
            return fail(Errc::unavailable, "file.locked",
                        "another process is changing '{}'; wait for it, then try again", path);
        ::poll(nullptr, 0, step_ms);
    }
    return FileLock(std::move(file));
}

Result<void> check_directory(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) return failed(errno, "read", path);
    if (S_ISDIR(info.st_mode)) return ok();
    return fail(Errc::invalid_argument, "file.not_directory", "'{}' is not a directory", path);
}

Result<void> ensure_directory(const std::string& path) {
    struct stat info{};
    if (::stat(path.c_str(), &info) == 0) {
        if (S_ISDIR(info.st_mode)) return ok();
        return fail(Errc::invalid_argument, "file.not_directory", "'{}' is not a directory", path);
    }
    const auto slash = path.find_last_of('/');
    if (slash != std::string::npos && slash > 0) CHECK(ensure_directory(path.substr(0, slash)));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed(errno, "write", path);
    return ok();
}

Result<std::vector<std::string>> list_directory(const std::string& path, std::size_t names_max) {
    std::vector<std::string> names;
    std::error_code error;
    const std::filesystem::directory_iterator end;
    for (std::filesystem::directory_iterator entry(path, error); !error && entry != end;
         entry.increment(error)) {
        if (names.size() >= names_max)
            return fail(Errc::exhausted, "file.too_many",
                        "'{}' holds more than {} files; move some away", path, names_max);
        names.push_back(entry->path().filename().string());
    }
    if (error) return failed(error.value(), "read", path);
    std::ranges::sort(names);
    return names;
}

}  // namespace weft::files
