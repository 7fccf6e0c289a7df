#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "io/engine/wasmtime/compile/compile_options.h"

namespace weft::engine::wasmtime {

/// A folder for a cache and its key, gone with its owner.
class CacheFolder {
  public:
    CacheFolder() : path_(::mkdtemp(template_)) {}
    CacheFolder(const CacheFolder&) = delete;
    CacheFolder& operator=(const CacheFolder&) = delete;
    ~CacheFolder() { std::filesystem::remove_all(path_); }

    code_cache::CodeCache::Options options() const {
        return {.directory = path_ + "/code",
                .key_file = path_ + "/key",
                .clock = &clock_,
                .random = &random_};
    }
    std::filesystem::path code() const { return path_ + "/code"; }

  private:
    char template_[32] = "/tmp/weft-engine-cache-XXXXXX";
    std::string path_;
    SystemWallClock clock_;
    mutable SystemRandom random_;
};

/// Compiles in a process of its own, which runs that program.
inline CompileOptions with_worker(std::string program) {
    CompileOptions options;
    options.worker = std::move(program);
    return options;
}

}  // namespace weft::engine::wasmtime
