#pragma once

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "base/core/bytes.h"

namespace weft::code_cache {

/// Gives the first `bytes` bytes of a file to `take`, piece by piece. False, with errno, when the
/// file is shorter or broken, or as soon as `take` is.
template <typename Take>
bool read_through(int file, std::uint64_t bytes, Take take) {
    Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, 256U << 10U)));
    std::uint64_t at = 0;
    while (at < bytes) {
        const auto want =
            static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), bytes - at));
        const auto got = ::pread(file, piece.data(), want, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got == 0) errno = EIO;
        if (got <= 0) return false;
        if (!take(BytesView(piece).first(static_cast<std::size_t>(got)))) return false;
        at += static_cast<std::uint64_t>(got);
    }
    return true;
}

/// False, with errno, when not all of it could be written.
inline bool write_all(int file, BytesView bytes) {
    while (!bytes.empty()) {
        const auto wrote = ::write(file, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return true;
}

}  // namespace weft::code_cache
