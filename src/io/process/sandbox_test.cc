#include "io/process/sandbox.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/core/descriptor.h"

namespace weft::process {
namespace {

/// A system call that a process which only computes has no use for, with arguments that bring it
/// past the kernel's first checks. A new process ends at once.
struct Attempt {
    const char* name;
    std::function<long()> call;
};

template <typename... Arguments>
Attempt attempt(const char* name, long number, Arguments... arguments) {
    return {name, [=] {
                const long result = ::syscall(number, arguments...);
                if (result == 0 && (number == SYS_clone || number == SYS_clone3)) ::_exit(0);
                return result;
            }};
}

constexpr const char* file = "/tmp";
constexpr const char* none = "/tmp/weft-there-is-no-such-file";

// What the kernel writes to; never read.
std::array<long, 64> room{};

std::vector<Attempt> files() {
    return {
        attempt("openat", SYS_openat, AT_FDCWD, file, O_RDONLY),
        attempt("openat2", SYS_openat2, AT_FDCWD, file, room.data(), 24),
        attempt("creat through openat", SYS_openat, AT_FDCWD, none, O_WRONLY | O_CREAT | O_EXCL, 0),
        attempt("name_to_handle_at", SYS_name_to_handle_at, AT_FDCWD, file, room.data(), 0, 0),
        attempt("newfstatat", SYS_newfstatat, AT_FDCWD, file, room.data(), 0),
        attempt("statx", SYS_statx, AT_FDCWD, file, 0, 0, room.data()),
        attempt("readlinkat", SYS_readlinkat, AT_FDCWD, "/proc/self", room.data(), 64),
        attempt("faccessat", SYS_faccessat, AT_FDCWD, file, R_OK),
        attempt("unlinkat", SYS_unlinkat, AT_FDCWD, none, 0),
        attempt("mkdirat", SYS_mkdirat, AT_FDCWD, file, 0700),
        attempt("symlinkat", SYS_symlinkat, none, AT_FDCWD, file),
        attempt("linkat", SYS_linkat, AT_FDCWD, none, AT_FDCWD, none, 0),
        attempt("renameat2", SYS_renameat2, AT_FDCWD, none, AT_FDCWD, none, 0),
        attempt("fchmodat", SYS_fchmodat, AT_FDCWD, none, 0),
        attempt("fchownat", SYS_fchownat, AT_FDCWD, none, 0, 0, 0),
        attempt("truncate", SYS_truncate, none, 0),
        attempt("chdir", SYS_chdir, "/"),
        attempt("getdents64", SYS_getdents64, 0, room.data(), 64),
        attempt("memfd_create", SYS_memfd_create, "weft", 0),
        attempt("inotify_init1", SYS_inotify_init1, 0),
        attempt("dup", SYS_dup, 1),
        attempt("fcntl", SYS_fcntl, 1, F_GETFL),
        attempt("ioctl", SYS_ioctl, 1, 0x5401, room.data()),
        attempt("sendfile", SYS_sendfile, 1, 0, nullptr, 0),
    };
}

std::vector<Attempt> network() {
    return {
        attempt("socket inet", SYS_socket, AF_INET, SOCK_STREAM, 0),
        attempt("socket unix", SYS_socket, AF_UNIX, SOCK_STREAM, 0),
        attempt("socketpair", SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, room.data()),
        attempt("connect", SYS_connect, 1, room.data(), 16),
        attempt("bind", SYS_bind, 1, room.data(), 16),
        attempt("listen", SYS_listen, 1, 1),
        attempt("accept4", SYS_accept4, 1, nullptr, nullptr, 0),
        attempt("sendto", SYS_sendto, 1, room.data(), 1, 0, nullptr, 0),
        attempt("recvmsg", SYS_recvmsg, 1, room.data(), 0),
        attempt("io_uring_setup", SYS_io_uring_setup, 0, room.data()),
        attempt("epoll_create1", SYS_epoll_create1, 0),
        attempt("pipe2", SYS_pipe2, room.data(), 0),
    };
}

std::vector<Attempt> processes() {
    return {
        attempt("execve", SYS_execve, none, nullptr, nullptr),
        attempt("execveat", SYS_execveat, AT_FDCWD, none, nullptr, nullptr, 0),
        attempt("fork by clone", SYS_clone, SIGCHLD, 0, 0, 0, 0),
        attempt("clone3", SYS_clone3, room.data(), 0),
        attempt("ptrace", SYS_ptrace, PTRACE_PEEKDATA, 0, 0, 0),
        attempt("kill the parent", SYS_kill, ::getpid(), 0),
        attempt("tgkill another", SYS_tgkill, ::getpid(), ::getpid(), 0),
        attempt("pidfd_open", SYS_pidfd_open, ::getpid(), 0),
        attempt("process_vm_readv", SYS_process_vm_readv, ::getpid(), room.data(), 0, nullptr, 0,
                0),
        attempt("process_vm_writev", SYS_process_vm_writev, ::getpid(), room.data(), 0, nullptr, 0,
                0),
        attempt("wait4", SYS_wait4, -1, nullptr, WNOHANG, nullptr),
        attempt("setpgid", SYS_setpgid, 0, 0),
        attempt("setpriority", SYS_setpriority, PRIO_PROCESS, 0, 0),
        attempt("prlimit64", SYS_prlimit64, 0, RLIMIT_CORE, nullptr, room.data()),
        attempt("prctl", SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0),
        attempt("setuid", SYS_setuid, ::getuid()),
        attempt("capget", SYS_capget, nullptr, nullptr),
        attempt("unshare", SYS_unshare, 0),
        attempt("seccomp", SYS_seccomp, 99, 0, nullptr),
        attempt("bpf", SYS_bpf, 99, nullptr, 0),
        attempt("perf_event_open", SYS_perf_event_open, nullptr, 0, -1, -1, 0),
        attempt("keyctl", SYS_keyctl, 99, 0, 0, 0, 0),
        attempt("userfaultfd", SYS_userfaultfd, 99),
        attempt("uname", SYS_uname, room.data()),
    };
}

std::vector<Attempt> memory() {
    const long anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
    return {
        attempt("mmap to be executed", SYS_mmap, nullptr, 4096, PROT_READ | PROT_EXEC, anonymous,
                -1, 0L),
        attempt("mmap shared", SYS_mmap, nullptr, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1,
                0L),
        attempt("mmap of a descriptor", SYS_mmap, nullptr, 4096, PROT_READ, MAP_PRIVATE, -1, 0L),
        attempt("mprotect to be executed", SYS_mprotect, nullptr, 0, PROT_READ | PROT_EXEC),
        attempt("pkey_mprotect", SYS_pkey_mprotect, nullptr, 0, PROT_READ, -1),
        attempt("mlockall", SYS_mlockall, 0),
        attempt("shmget", SYS_shmget, 0, 0, 0),
    };
}

std::vector<Attempt> all_attempts() {
    std::vector<Attempt> all;
    for (auto& some : {files(), network(), processes(), memory()})
        all.insert(all.end(), some.begin(), some.end());
    return all;
}

/// Runs `work` in a process of its own and returns what it wrote.
template <typename Work>
std::vector<int> in_child(Work work) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const Descriptor reading(ends[0]);
    Descriptor writing(ends[1]);
    const pid_t pid = ::fork();
    if (pid == 0) {
        for (const int number : work()) {
            [[maybe_unused]] const auto wrote = ::write(writing.get(), &number, sizeof number);
        }
        ::_exit(0);
    }
    writing.close();
    std::vector<int> numbers;
    int number = 0;
    while (::read(reading.get(), &number, sizeof number) == sizeof number)
        numbers.push_back(number);
    int status = 0;
    ::waitpid(pid, &status, 0);
    EXPECT_EQ(status, 0);
    return numbers;
}

/// The errno of each, 0 for success.
std::vector<int> errors_of(const std::vector<Attempt>& attempts) {
    std::vector<int> errors;
    for (const auto& one : attempts) {
        errno = 0;
        errors.push_back(one.call() < 0 ? errno : 0);
    }
    return errors;
}

std::vector<int> sandboxed(std::function<std::vector<int>()> work) {
    return in_child([&work]() -> std::vector<int> {
        if (!enter_sandbox()) return {};
        return work();
    });
}

TEST(Sandbox, RefusesWhatIsNotComputing) {
    const auto attempts = all_attempts();

    const auto outside = in_child([&] { return errors_of(attempts); });
    const auto inside = sandboxed([&] { return errors_of(attempts); });

    ASSERT_EQ(outside.size(), attempts.size());
    ASSERT_EQ(inside.size(), attempts.size());
    std::size_t refused_outside = 0;
    for (std::size_t index = 0; index < attempts.size(); ++index) {
        const int expected = std::string(attempts[index].name) == "clone3" ? ENOSYS : EPERM;
        EXPECT_EQ(inside[index], expected)
            << attempts[index].name << ": " << std::strerror(inside[index]);
        refused_outside += outside[index] == EPERM ? 1 : 0;
    }
    EXPECT_GE(attempts.size(), 40U);
    // Without the sandbox they get further: the test would notice if it did nothing.
    EXPECT_LE(refused_outside, attempts.size() / 4);
}

// The C library's threads: std::thread has virtual calls, which UBSan looks at through a pipe.
class Thread {
  public:
    template <typename Work>
    explicit Thread(Work* work) {
        has_started_ = ::pthread_create(
                           &thread_, nullptr,
                           [](void* moved) -> void* {
                               (*static_cast<Work*>(moved))();
                               return nullptr;
                           },
                           work) == 0;
    }
    bool join() { return has_started_ && ::pthread_join(thread_, nullptr) == 0; }

  private:
    pthread_t thread_{};
    bool has_started_ = false;
};

TEST(Sandbox, LetsThreadsComputeInNewMemory) {
    const auto sums = sandboxed([]() -> std::vector<int> {
        std::atomic<int> sum = 0;
        auto work = [&sum] {
            const std::vector<int> many(1U << 20U, 1);
            sum += std::accumulate(many.begin(), many.end(), 0);
        };
        std::array<Thread, 4> threads{Thread(&work), Thread(&work), Thread(&work), Thread(&work)};
        for (auto& thread : threads)
            if (!thread.join()) return {};
        return {sum};
    });

    EXPECT_EQ(sums, std::vector<int>{4 << 20});
}

TEST(Sandbox, HoldsForThreadsThatWereThereBefore) {
    const auto errors = in_child([]() -> std::vector<int> {
        std::array<int, 2> ends{};
        if (::pipe(ends.data()) != 0) return {};
        int error = 0;
        auto work = [&] {
            char go = 0;
            [[maybe_unused]] const auto got = ::read(ends[0], &go, 1);
            error = ::syscall(SYS_dup, 1) < 0 ? errno : 0;
        };
        Thread other(&work);
        const bool entered = enter_sandbox().has_value();
        [[maybe_unused]] const auto wrote = ::write(ends[1], "g", 1);
        if (!other.join()) return {};
        return {entered ? 1 : 0, error};
    });

    EXPECT_EQ(errors, (std::vector<int>{1, EPERM}));
}

TEST(Sandbox, LetsAProcessAbortItself) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        std::signal(SIGABRT, SIG_DFL);
        if (enter_sandbox()) std::abort();
        ::_exit(1);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);

    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGABRT);
}

}  // namespace
}  // namespace weft::process
