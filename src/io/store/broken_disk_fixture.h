#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/core/bytes.h"

namespace weft::store {

/// A file system of SQLite over the machine's that stands for a disk which gets full, or whose
/// power is cut: then of what was written after the last sync of a file any part may be lost.
/// Deleting is durable at once. Any thread.
class BrokenDisk {
  public:
    static constexpr std::uint64_t unlimited = ~std::uint64_t{0};

    BrokenDisk();
    BrokenDisk(const BrokenDisk&) = delete;
    BrokenDisk& operator=(const BrokenDisk&) = delete;
    /// When no file is open.
    ~BrokenDisk();

    /// For `Options::vfs`.
    const std::string& name() const { return name_; }
    /// So many more bytes can be written.
    void set_space(std::uint64_t bytes);
    /// Nothing is written any more.
    void cut_power();
    /// When no file is open: gives the files what a disk may hold after the cut, drawn from the
    /// seed, and goes on. With seed 0 all that was not synced is lost.
    void restore_power(std::uint64_t seed);
    std::uint64_t syncs() const;

  private:
    friend struct BrokenFile;
    struct Write {
        std::uint64_t offset;
        Bytes bytes;
        bool truncates = false;  // To `offset`.
    };
    struct Content {
        Bytes durable;
        std::vector<Write> unsynced;
    };
    static void apply(Bytes& content, const Write& write);

    std::string name_;
    struct Vfs;
    std::unique_ptr<Vfs> vfs_;
    mutable std::mutex mutex_;
    std::map<std::string, Content> contents_;
    std::uint64_t space_ = unlimited;
    std::uint64_t syncs_ = 0;
    bool is_cut_ = false;
};

}  // namespace weft::store
