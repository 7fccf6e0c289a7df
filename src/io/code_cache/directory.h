#pragma once

#include <ctime>
#include <string>
#include <vector>

#include "base/core/descriptor.h"
#include "base/core/result.h"

namespace weft::code_cache {

/// The one directory of a cache, held open: what happens to its path later does not matter. Only
/// this user may write in it, so that names in it mean what this user made them mean.
class Directory {
  public:
    /// Makes it with mode 0700, and those above it, when it is not there.
    /// Errors: denied (`code_cache.directory_unsafe`: a link, not ours, writable by others),
    /// unavailable (`code_cache.directory_unusable`: it cannot be made or written, or nothing in it
    /// may be executed).
    static Result<Directory> ensure(const std::string& path);

    struct File {
        std::string name;
        std::uint64_t bytes;
        std::timespec used;  ///< When it was last read or written.
    };
    /// All that is in it, in no order. What vanishes meanwhile is left out.
    std::vector<File> list() const;

    int fd() const { return fd_.get(); }
    /// Whether it was there. Removes links themselves.
    bool remove(const std::string& name) const;

  private:
    explicit Directory(Descriptor fd) : fd_(std::move(fd)) {}
    Descriptor fd_;
};

}  // namespace weft::code_cache
