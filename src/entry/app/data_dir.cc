#include "entry/app/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
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

}  // namespace

Result<DataDir> DataDir::open(const std::string& path) {
    CHECK(files::ensure_directory(path).context("data directory"));
    const auto lock_path = path + "/host.lock";
    Descriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock)
        return fail(
            errno == EACCES ? Errc::denied : Errc::unavailable, "app.data_dir_unwritable",
            "the data directory '{}' cannot be written ({}); choose another with --data-dir", path,
            std::strerror(errno));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(Errc::failed_precondition, "app.data_dir_in_use",
                    "a host already runs on the data directory '{}' ({}); stop it, or choose "
                    "another with --data-dir",
                    path, holder_of(lock_path));
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
