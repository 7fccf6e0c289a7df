#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/core/descriptor.h"
#include "base/core/result.h"
#include "base/core/time.h"

namespace weft::process {

/// A descriptor that a child gets, and under which number.
struct Passed {
    int ours;
    int theirs;
};

/// What a child may use; 0 stands for no limit of its own. It leaves no core dump in any case.
struct ChildLimits {
    std::uint32_t cpu_s_max = 0;         ///< Of all its threads together.
    std::uint64_t memory_bytes_max = 0;  ///< Memory of its own that it can write to; not for
                                         ///< programs with AddressSanitizer.
    std::uint64_t file_bytes_max = 0;    ///< Of each file it writes, those in memory included.
    std::uint32_t descriptors_max = 64;
};

/// What to start. The environment of the child is empty and it stands in the root directory.
struct Command {
    std::string program;                 ///< A path; nothing is searched for.
    std::vector<std::string> arguments;  ///< The first is the program's name for itself.
    std::vector<Passed> descriptors;  ///< All that it gets; 0, 1 and 2 are /dev/null if not named.
    ChildLimits limits;
};

/// How a child ended.
struct ChildEnd {
    bool is_signal = false;
    int code = 0;  ///< Exit code, or number of the signal.
    Duration cpu_time{};
    std::uint64_t rss_bytes_max = 0;  ///< The most that was resident at the same time.
};

/// A child process in a process group of its own, which ends with it. It also ends when the thread
/// that made it ends: a thread that starts children outlives them. May move to another thread.
class Child {
  public:
    /// Returns when the program runs. It may gain no privileges (set-user-id has no effect).
    /// Errors: not_found, denied, unavailable (`process.cannot_start`; the message says why).
    static Result<Child> start(const Command& command);

    Child(Child&& other) noexcept;
    Child& operator=(Child&&) = delete;
    /// Kills what still runs.
    ~Child();

    /// Gets readable when the child has ended.
    int pidfd() const { return pidfd_.get(); }
    pid_t pid() const { return pid_; }

    void kill();
    /// Waits until it has ended, ends what it left in its group, and forgets it. Once.
    ChildEnd wait();

  private:
    Child(pid_t pid, Descriptor pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

    pid_t pid_;  // 0 once it was waited for.
    Descriptor pidfd_;
};

}  // namespace weft::process
