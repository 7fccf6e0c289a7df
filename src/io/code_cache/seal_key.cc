#include "io/code_cache/seal_key.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/core/descriptor.h"

namespace weft::code_cache {
namespace {

using Bytes = std::array<std::uint8_t, SealKey::secret_bytes>;

Failure unusable(const std::string& path, int error) {
    return fail(Errc::unavailable, "code_cache.key_unusable",
                "the key of the code cache '{}' cannot be read or made: {}", path,
                std::strerror(error));
}

Failure is_unsafe(const std::string& path, std::string_view reason) {
    return fail(Errc::denied, "code_cache.key_unsafe",
                "the key of the code cache '{}' {}; remove it, a new one is made", path, reason);
}

/// Nothing when there is no such file.
Result<std::optional<SealKey>> read_key(const std::string& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!file && errno == ENOENT) return std::nullopt;
    if (!file && errno == ELOOP) return is_unsafe(path, "is a link");
    if (!file) return unusable(path, errno);
    struct stat info{};
    if (::fstat(file.get(), &info) != 0) return unusable(path, errno);
    if (!S_ISREG(info.st_mode)) return is_unsafe(path, "is not a regular file");
    if (info.st_uid != ::geteuid()) return is_unsafe(path, "belongs to another user");
    if ((info.st_mode & 0077) != 0) return is_unsafe(path, "is open to other users");
    Bytes secret;
    const auto got = ::pread(file.get(), secret.data(), secret.size(), 0);
    if (got < 0) return unusable(path, errno);
    if (info.st_size != static_cast<off_t>(secret.size()) ||
        got != static_cast<ssize_t>(secret.size()))
        return is_unsafe(path, "does not have 32 bytes");
    return SealKey(secret);
}

/// Whole or not at all, and never over another: the first of several wins.
Result<void> make_key(const std::string& path, Random& random) {
    Bytes secret;
    random.fill(secret);
    std::string beside = path + ".XXXXXX";
    const Descriptor file(::mkostemp(beside.data(), O_CLOEXEC));  // Its mode is 0600.
    if (!file) return unusable(path, errno);
    const bool is_written =
        ::write(file.get(), secret.data(), secret.size()) == static_cast<ssize_t>(secret.size()) &&
        ::fsync(file.get()) == 0;
    const bool is_linked = is_written && ::link(beside.c_str(), path.c_str()) == 0;
    const int error = errno;
    ::unlink(beside.c_str());
    if (is_linked || (is_written && error == EEXIST)) return ok();
    return unusable(path, error);
}

}  // namespace

Result<SealKey> ensure_seal_key(const std::string& path, Random& random) {
    TRY(auto found, read_key(path));
    if (found) return *found;
    CHECK(make_key(path, random));
    TRY(auto made, read_key(path));
    if (made) return *made;
    return unusable(path, ENOENT);
}

}  // namespace weft::code_cache
