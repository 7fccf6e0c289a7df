#include "io/code_cache/code_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include "io/code_cache/copy.h"
#include "io/code_cache/eviction.h"
#include "io/code_cache/seal_key.h"

namespace weft::code_cache {
namespace {

Failure invalid(std::string_view reason) {
    return fail(Errc::corrupt, "code_cache.entry_invalid", "{}", reason);
}

Failure store_failed(int error) {
    return fail(Errc::unavailable, "code_cache.store_failed",
                "compiled code cannot be kept on disk: {}", std::strerror(error));
}

Result<void> check_file(const struct stat& info) {
    if (!S_ISREG(info.st_mode)) return invalid("it is not a regular file");
    if (info.st_uid != ::geteuid()) return invalid("it belongs to another user");
    if ((info.st_mode & 07777) != 0400) return invalid("its mode is not 0400");
    if (info.st_nlink != 1) return invalid("it has another name as well");
    if (info.st_size <= static_cast<off_t>(Seal::size)) return invalid("it is cut off");
    return ok();
}

/// A file under a name of its own until it is complete; removed if it never is.
class Draft {
  public:
    Draft(const Directory* directory, std::string name)
        : directory_(directory),
          name_(std::move(name)),
          file_(::openat(directory->fd(), name_.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) {}
    Draft(const Draft&) = delete;
    Draft& operator=(const Draft&) = delete;
    ~Draft() {
        if (file_ && !is_published_) directory_->remove(name_);
    }

    int fd() const { return file_.get(); }
    /// Durable before it has its name.
    bool publish(const std::string& name) {
        is_published_ =
            ::fchmod(file_.get(), 0400) == 0 && ::fsync(file_.get()) == 0 &&
            ::renameat(directory_->fd(), name_.c_str(), directory_->fd(), name.c_str()) == 0;
        return is_published_;
    }

  private:
    const Directory* directory_;
    std::string name_;
    Descriptor file_;
    bool is_published_ = false;
};

}  // namespace

Result<std::unique_ptr<CodeCache>> CodeCache::open(const Options& options, obs::Log log,
                                                   Probe probe) {
    TRY(auto directory, Directory::ensure(options.directory));
    TRY(const auto key, ensure_seal_key(options.key_file, *options.random));
    std::array<std::uint8_t, sizeof(std::uint64_t)> draft{};
    options.random->fill(draft);
    std::unique_ptr<CodeCache> cache(new CodeCache(options, std::move(directory), key, log, probe,
                                                   std::bit_cast<std::uint64_t>(draft)));
    cache->make_room(0);
    return cache;
}

CodeCache::CodeCache(Options options, Directory directory, SealKey key, obs::Log log, Probe probe,
                     std::uint64_t first_draft)
    : options_(std::move(options)),
      directory_(std::move(directory)),
      seal_key_(key),
      log_(log),
      probe_(probe),
      next_draft_(first_draft) {}

std::optional<Entry> CodeCache::find(const CodeKey& key) const {
    const auto name = seal_key_.name_of(key);
    auto found = open_entry(name, key);
    if (!found) remove_rejected(name, found.error().message);
    if (!found || !*found) {
        probe_.misses.add();
        return std::nullopt;
    }
    probe_.hits.add();
    return std::move(**found);
}

/// Nothing when it is not there or cannot be opened for a reason that is not its own. Errors:
/// corrupt.
Result<std::optional<Entry>> CodeCache::open_entry(const std::string& name,
                                                   const CodeKey& key) const {
    Descriptor file(
        ::openat(directory_.fd(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!file && errno == ELOOP) return invalid("it is a link");
    if (!file) return std::nullopt;
    struct stat info{};
    if (::fstat(file.get(), &info) != 0) return std::nullopt;
    if (info.st_nlink == 0) return std::nullopt;  // Another host has removed or replaced it.
    CHECK(check_file(info));
    const auto code_bytes = static_cast<std::uint64_t>(info.st_size) - Seal::size;
    Seal seal(seal_key_);
    Seal::Bytes found;
    if (!read_through(file.get(), code_bytes,
                      [&](BytesView bytes) {
                          seal.update(bytes);
                          return true;
                      }) ||
        ::pread(file.get(), found.data(), found.size(), static_cast<off_t>(code_bytes)) !=
            static_cast<ssize_t>(found.size()))
        return invalid("it cannot be read");
    if (!is_same_seal(found, seal.finish(key))) return invalid("its seal does not fit");
    ::futimens(file.get(), nullptr);  // Used now. Without effect it only goes earlier.
    return Entry{std::move(file), code_bytes};
}

Result<Entry> CodeCache::put(const CodeKey& key, int file, std::uint64_t bytes) const {
    if (bytes + Seal::size > options_.bytes_max)
        return fail(Errc::exhausted, "code_cache.entry_too_large",
                    "compiled code of {} bytes does not fit into a cache of {}", bytes,
                    options_.bytes_max);
    make_room(bytes + Seal::size);
    const auto name = seal_key_.name_of(key);
    if (auto written = write_entry(name, key, file, bytes); !written) {
        if (!is_store_failure_said_.exchange(true))
            log_.warn("code_cache.store_failed", obs::kv("directory", options_.directory),
                      obs::kv("slug", written.error().slug.text()),
                      obs::kv("reason", written.error().message));
        return Failure(std::move(written).error());
    }
    TRY(auto entry, open_entry(name, key));
    if (!entry) return store_failed(ENOENT);
    return std::move(*entry);
}

Result<void> CodeCache::write_entry(const std::string& name, const CodeKey& key, int file,
                                    std::uint64_t bytes) const {
    Draft draft(&directory_, draft_name(static_cast<std::uint64_t>(::getpid()), next_draft_++));
    if (draft.fd() < 0) return store_failed(errno);
    Seal seal(seal_key_);
    const bool is_copied = read_through(file, bytes, [&](BytesView bytes) {
        seal.update(bytes);
        return write_all(draft.fd(), bytes);
    });
    if (!is_copied || !write_all(draft.fd(), seal.finish(key)) || !draft.publish(name))
        return store_failed(errno);
    return ok();
}

void CodeCache::reject(const CodeKey& key, std::string_view reason) const {
    remove_rejected(seal_key_.name_of(key), reason);
}

void CodeCache::remove_rejected(const std::string& name, std::string_view reason) const {
    probe_.rejected.add();
    log_.warn("code_cache.entry_rejected", obs::kv("directory", options_.directory),
              obs::kv("entry", name), obs::kv("reason", reason));
    directory_.remove(name);
}

void CodeCache::make_room(std::uint64_t bytes) const {
    const auto plan =
        plan_eviction(directory_.list(), bytes, options_.bytes_max, options_.clock->now_unix_s());
    for (const auto& name : plan.entries)
        if (directory_.remove(name)) probe_.evicted.add();
    for (const auto& name : plan.left_over) directory_.remove(name);
    probe_.bytes.set(static_cast<std::int64_t>(plan.bytes_after));
}

}  // namespace weft::code_cache
