#include "entry/app/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include "base/core/bytes.h"
#include "io/files/files.h"

namespace weft::app {
namespace {

std::string holder_of(const std::string& lock_path) {
    const auto content = files::read_file(lock_path, 64);
    if (!content) return "another process";
    auto text = std::string(as_text(*content));
    while (!text.empty() && (text.back() < '0' || text.back() > '9')) text.pop_back();
    return text.empty() ? "another process" : "process " + text;
}

Failure unwritable(const std::string& path, int error) {
    return fail(error == EACCES ? Errc::denied : Errc::unavailable, "app.data_dir_unwritable",
                "the data directory '{}' cannot be written ({}); choose another with --data-dir",
                path, std::strerror(error));
}

Failure in_use(const std::string& path, const std::string& lock_path) {
    return fail(Errc::failed_precondition, "app.data_dir_in_use",
                "a host already runs on the data directory '{}' ({}); stop it, or choose "
                "another with --data-dir",
                path, holder_of(lock_path));
}

/// Writes a file that is gone at once. `there` is the data directory, or what it would be made in.
Result<void> try_to_write(const std::string& path, const std::string& there) {
    constexpr std::string_view content = "weft doctor\n";
    std::string name = there + "/.weft-doctor.XXXXXX";
    const Descriptor file(::mkostemp(name.data(), O_CLOEXEC));
    if (!file) return unwritable(path, errno);
    const auto wrote = ::write(file.get(), content.data(), content.size());
    const int error = wrote < 0 ? errno : ENOSPC;
    ::unlink(name.c_str());
    if (wrote != static_cast<ssize_t>(content.size())) return unwritable(path, error);
    return ok();
}

}  // namespace

Result<void> DataDir::check(const std::string& path) {
    std::error_code ignored;
    std::filesystem::path there = path;
    while (!std::filesystem::exists(there, ignored) && there.has_relative_path())
        there = there.parent_path();
    CHECK(files::check_directory(there.string()).context("data directory"));
    const auto lock_path = path + "/host.lock";
    const Descriptor lock(::open(lock_path.c_str(), O_RDWR | O_CLOEXEC));
    if (!lock && errno != ENOENT) return unwritable(path, errno);
    if (lock && ::flock(lock.get(), LOCK_SH | LOCK_NB) != 0) return in_use(path, lock_path);
    return try_to_write(path, there.string());
}

Result<DataDir> DataDir::open(const std::string& path) {
    CHECK(files::ensure_directory(path).context("data directory"));
    const auto lock_path = path + "/host.lock";
    Descriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock) return unwritable(path, errno);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return in_use(path, lock_path);
    DataDir directory(path, std::move(lock));
    CHECK(directory.sign());
    return directory;
}

Result<void> DataDir::sign() const {
    const auto text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(lock_.get(), 0) != 0 ||
        ::pwrite(lock_.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
        return fail(Errc::unavailable, "app.data_dir_full",
                    "the data directory '{}' cannot be written: {}", path_, std::strerror(errno));
    return ok();
}

}  // namespace weft::app
