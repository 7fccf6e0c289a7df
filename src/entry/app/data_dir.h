#pragma once

#include <string>

#include "base/core/descriptor.h"
#include "base/core/result.h"

namespace weft::app {

/// A host's own directory, held by one process at a time. Holds `host.lock` (with the process's id
/// as text) and what the host keeps. Released when destroyed or when the process ends, however it
/// ends.
class DataDir {
  public:
    /// Makes it when missing. Errors: failed_precondition (another host runs on it), denied,
    /// unavailable.
    static Result<DataDir> open(const std::string& path);
    /// Whether `open` would succeed, with its errors; leaves nothing behind.
    static Result<void> check(const std::string& path);
    /// Writes this process down as the one that holds it; `open` did so, and a process that was
    /// forked since does it again. Errors: unavailable.
    Result<void> sign() const;

    const std::string& path() const { return path_; }

  private:
    DataDir(std::string path, Descriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}

    std::string path_;
    Descriptor lock_;
};

}  // namespace weft::app
