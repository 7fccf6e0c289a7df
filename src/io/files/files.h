#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/core/bytes.h"
#include "base/core/result.h"

/// Whole files and directories, for what reads and writes them rarely and waits for the disk. Every
/// failure is one sentence with the path in it.
namespace weft::files {

/// The whole of a regular file. Errors: not_found, denied, invalid_argument (a directory or another
/// kind of file), exhausted (longer than `bytes_max`), unavailable (the disk failed).
Result<Bytes> read_file(const std::string& path, std::size_t bytes_max);

enum class Overwrite { yes, no };

/// Writes beside `path`, makes it durable, and moves it into place: readers see the old content or
/// the new. `mode` as in chmod. Errors: already_exists (with Overwrite::no), denied, not_found,
/// unavailable.
Result<void> write_file(const std::string& path, BytesView content, unsigned mode,
                        Overwrite overwrite);

/// Makes a directory and those above it, each with mode 0700; one that exists stays as it is.
/// Errors: denied, invalid_argument (something else has that name), unavailable (read-only).
Result<void> ensure_directory(const std::string& path);

/// The names in a directory, sorted. Errors: not_found, denied, unavailable, exhausted
/// (`file.too_many`: more than `names_max`).
Result<std::vector<std::string>> list_directory(const std::string& path, std::size_t names_max);

}  // namespace weft::files
