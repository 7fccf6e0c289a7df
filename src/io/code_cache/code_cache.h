#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/core/descriptor.h"
#include "base/core/random.h"
#include "base/core/result.h"
#include "base/core/time.h"
#include "base/obs/log.h"
#include "io/code_cache/directory.h"
#include "io/code_cache/probe.h"
#include "io/code_cache/seal.h"

namespace weft::code_cache {

/// Code that passed every check: the first `bytes` bytes of a file that is never changed.
struct Entry {
    Descriptor file;
    std::uint64_t bytes = 0;
};

/// Exists so that a component is compiled once: its native code stays on this host's disk. A file
/// that is loaded runs in this process, so this must hold: an entry counts only when it is a
/// regular file of this user with mode 0400 under the name that its key gives it, and ends with a
/// seal by this host's secret over all of it and its key. Anything else is removed with one
/// warning, and the component is compiled again.
///
/// Files are never changed: they appear whole under their name and vanish. So any number of
/// processes may share a directory. Blocks on the disk: for worker threads. Thread-safe.
class CodeCache {
  public:
    struct Options {
        std::string directory;  ///< Absolute; made when missing.
        std::string key_file;   ///< Absolute, outside of the directory; made when missing.
        std::uint64_t bytes_max = 1ULL << 30U;  ///< Those used least recently go first.
        const WallClock* clock = nullptr;       ///< Outlives the cache.
        Random* random = nullptr;               ///< Fit for keys; used by `open` only.
    };

    /// Errors: those of `Directory::ensure` and `ensure_seal_key`.
    static Result<std::unique_ptr<CodeCache>> open(const Options& options, obs::Log log,
                                                   Probe probe);

    /// The code with that key, if it is there and passes every check.
    std::optional<Entry> find(const CodeKey& key) const;

    /// Keeps the first `bytes` bytes of `file`, read from its start, and makes room for them.
    /// Errors: exhausted (`code_cache.entry_too_large`), unavailable (`code_cache.store_failed`:
    /// the disk is full or broken; said once in the log). Then nothing is left behind.
    Result<Entry> put(const CodeKey& key, int file, std::uint64_t bytes) const;

    /// For an entry that passed every check here and that the engine still does not take.
    void reject(const CodeKey& key, std::string_view reason) const;

  private:
    CodeCache(Options options, Directory directory, SealKey key, obs::Log log, Probe probe,
              std::uint64_t first_draft);

    Result<std::optional<Entry>> open_entry(const std::string& name, const CodeKey& key) const;
    Result<void> write_entry(const std::string& name, const CodeKey& key, int file,
                             std::uint64_t bytes) const;
    void remove_rejected(const std::string& name, std::string_view reason) const;
    void make_room(std::uint64_t bytes) const;

    Options options_;
    Directory directory_;
    SealKey seal_key_;
    obs::Log log_;
    Probe probe_;
    mutable std::atomic<std::uint64_t> next_draft_;  // From a random one on: no old draft has it.
    mutable std::atomic<bool> is_store_failure_said_ = false;
};

}  // namespace weft::code_cache
