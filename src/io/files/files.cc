#include "io/files/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/core/descriptor.h"

namespace weft::files {
namespace {

/// `doing` is "read" or "write".
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

}  // namespace

Result<Bytes> read_file(const std::string& path, std::size_t bytes_max) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0) return failed(errno, "read", path);
    struct stat info{};
    if (::fstat(file.get(), &info) != 0) return failed(errno, "read", path);
    if (S_ISDIR(info.st_mode))
        return fail(Errc::invalid_argument, "file.is_directory",
                    "'{}' is a directory; name a file in it", path);
    if (!S_ISREG(info.st_mode))
        return fail(Errc::invalid_argument, "file.not_regular", "'{}' is not a regular file", path);
    if (static_cast<std::uint64_t>(info.st_size) > bytes_max)
        return fail(Errc::exhausted, "file.too_large", "'{}' has {} bytes, the limit is {}", path,
                    info.st_size, bytes_max);
    Bytes content(static_cast<std::size_t>(info.st_size));
    std::size_t have = 0;
    while (have < content.size()) {
        const auto got = ::read(file.get(), content.data() + have, content.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(errno, "read", path);
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    content.resize(have);
    return content;
}

Result<void> write_file(const std::string& path, BytesView content, unsigned mode,
                        Overwrite overwrite) {
    std::string beside = path + ".XXXXXX";
    const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));
    if (file.get() < 0) return failed(errno, "write", path);
    Result<void> written = write_all(file.get(), content, path);
    if (written && (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0))
        written = failed(errno, "write", path);
    if (written && overwrite == Overwrite::yes && ::rename(beside.c_str(), path.c_str()) != 0)
        written = failed(errno, "write", path);
    if (written && overwrite == Overwrite::no && ::link(beside.c_str(), path.c_str()) != 0)
        written = failed(errno, "write", path);
    if (!written || overwrite == Overwrite::no) ::unlink(beside.c_str());
    return written;
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
