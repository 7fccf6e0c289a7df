#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace weft::codec {

/// Root of the shared test corpora: WEFT_CORPORA, or the folder beside the source tree.
inline std::filesystem::path corpora_root() {
    if (const char* chosen = std::getenv("WEFT_CORPORA")) return chosen;
    return std::filesystem::path(WEFT_SOURCE_DIR) / "../shared/corpora";
}

inline std::string read_whole_file(const std::filesystem::path& path) {
    std::string text(std::filesystem::file_size(path), '\0');
    std::ifstream(path, std::ios::binary)
        .read(text.data(), static_cast<std::streamsize>(text.size()));
    return text;
}

}  // namespace weft::codec

/// Skips the test where `path` is absent; fails it in continuous integration (CI=true).
#define WEFT_NEED_CORPUS(path)                                                       \
    if (!std::filesystem::exists(path)) {                                            \
        const char* ci = std::getenv("CI");                                          \
        if (ci && std::string(ci) == "true") FAIL() << "corpus is absent: " << path; \
        GTEST_SKIP() << "corpus is absent: " << path << "; set WEFT_CORPORA";        \
    }
