#include "io/code_cache/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

namespace weft::code_cache {
namespace {

Failure unusable(const std::string& path, std::string_view reason) {
    return fail(Errc::unavailable, "code_cache.directory_unusable",
                "the directory of the code cache '{}' cannot be used: {}", path, reason);
}

Failure is_unsafe(const std::string& path, std::string_view reason) {
    return fail(Errc::denied, "code_cache.directory_unsafe",
                "the directory of the code cache '{}' {}; fix that or choose another", path,
                reason);
}

Result<void> make_all(const std::string& path) {
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return ok();
    const auto slash = path.find_last_of('/');
    if (errno != ENOENT || slash == std::string::npos || slash == 0)
        return unusable(path, std::strerror(errno));
    CHECK(make_all(path.substr(0, slash)));
    if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return ok();
    return unusable(path, std::strerror(errno));
}

Result<void> check(const std::string& path, int fd) {
    struct stat info{};
    struct statvfs where{};
    if (::fstat(fd, &info) != 0 || ::fstatvfs(fd, &where) != 0)
        return unusable(path, std::strerror(errno));
    if (info.st_uid != ::geteuid()) return is_unsafe(path, "belongs to another user");
    if ((info.st_mode & 0022) != 0) return is_unsafe(path, "can be written by other users");
    if ((where.f_flag & ST_NOEXEC) != 0)
        return unusable(path, "its file system is mounted with 'noexec'");
    if ((where.f_flag & ST_RDONLY) != 0) return unusable(path, std::strerror(EROFS));
    if (::faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) != 0)
        return unusable(path, std::strerror(errno));
    return ok();
}

}  // namespace

Result<Directory> Directory::ensure(const std::string& path) {
    CHECK(make_all(path));
    Descriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!fd && (errno == ELOOP || errno == ENOTDIR))
        return is_unsafe(path, "is a link or no directory");
    if (!fd) return unusable(path, std::strerror(errno));
    CHECK(check(path, fd.get()));
    return Directory(std::move(fd));
}

std::vector<Directory::File> Directory::list() const {
    std::vector<File> files;
    // Its own position in the directory, independent of other listings.
    const int own = ::openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, decltype([](DIR* open) { ::closedir(open); })> open(
        own < 0 ? nullptr : ::fdopendir(own));
    if (!open) return files;
    while (const dirent* entry = ::readdir(open.get())) {
        struct stat info{};
        if (::fstatat(fd_.get(), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
            S_ISDIR(info.st_mode))
            continue;
        files.push_back({.name = entry->d_name,
                         .bytes = static_cast<std::uint64_t>(info.st_size),
                         .used = info.st_mtim});
    }
    return files;
}

bool Directory::remove(const std::string& name) const {
    return ::unlinkat(fd_.get(), name.c_str(), 0) == 0;
}

}  // namespace weft::code_cache
