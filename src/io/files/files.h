#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/bytes.h"
#include "base/core/descriptor.h"
#include "base/core/result.h"
#include "base/core/time.h"

/// Whole files and directories, for what reads and writes them rarely and waits for the disk. Every
/// failure is one sentence with the path in it.
namespace weft::files {

/// The path that stands for what this process has as its standard input, whatever that is.
constexpr std::string_view stdin_path = "/dev/stdin";

/// What other users may do with a file. Root is none of them.
enum class Others : std::uint8_t { may_write, may_read, may_nothing };

/// Waits until the standard input has something, or has ended: for ever, if a user is at it.
void await_stdin();

/// How long a pipe may be silent before it is given up; the standard input may be before its first
/// byte.
constexpr Duration pipe_wait_max = std::chrono::seconds(30);

/// All that a file, pipe or device holds, to its end. Errors: not_found, denied (also
/// `file.unsafe`: `others` may do more with it, or it is another user's), invalid_argument (a
/// directory), exhausted (longer than `bytes_max`), unavailable (the disk failed;
/// `file.pipe_silent`: a pipe from which nothing came for `pipe_wait`).
Result<Bytes> read_file(const std::string& path, std::size_t bytes_max,
                        Others others = Others::may_write, Duration pipe_wait = pipe_wait_max);

enum class Overwrite { yes, no };

/// Writes beside `path`, makes it durable, and moves it into place: readers see the old content or
/// the new. A file that is replaced keeps its owner and mode, and a link to it stays a link; a new
/// one has `mode`, as in chmod. A pipe or device is written to as it is. Errors: already_exists
/// (with Overwrite::no), denied, not_found, invalid_argument (a directory), unavailable.
Result<void> write_file(const std::string& path, BytesView content, unsigned mode,
                        Overwrite overwrite);

/// Keeps other processes from changing a file from what they read before; those that only read it
/// are not held up. Held until destroyed; leaves the empty file `<path>.lock` behind.
class FileLock {
  public:
    /// Waits for others. Errors: unavailable (`file.locked`: one holds it for longer than `wait`),
    /// and those of `write_file`.
    static Result<FileLock> take(const std::string& path, Duration wait = std::chrono::seconds(10));

  private:
    explicit FileLock(Descriptor file) : file_(std::move(file)) {}
    Descriptor file_;
};

/// Errors: not_found, denied, invalid_argument (something else has that name).
Result<void> check_directory(const std::string& path);

/// Makes a directory and those above it, each with mode 0700; one that exists stays as it is.
/// Errors: denied, invalid_argument (something else has that name), unavailable (read-only).
Result<void> ensure_directory(const std::string& path);

/// The names in a directory, sorted. Errors: not_found, denied, unavailable, exhausted
/// (`file.too_many`: more than `names_max`).
Result<std::vector<std::string>> list_directory(const std::string& path, std::size_t names_max);

}  // namespace weft::files
