#include "io/process/sandbox.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "io/process/syscall_filter.h"

namespace weft::process {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t native_architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t native_architecture = AUDIT_ARCH_AARCH64;
#else
#error "the numbers of system calls are known for x86-64 and aarch64"
#endif

// What a name of a mapping is set with (linux/prctl.h of newer kernels).
constexpr std::uint32_t prctl_set_vma = 0x53564d41;

// All calls that need no look at their arguments. Descriptors cannot be made, so reading and
// writing reaches only what is open already.
constexpr long harmless[] = {
    // Memory that is there, and more of it at the program's end.
    SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise,
    // Threads among themselves.
    SYS_futex, SYS_sched_yield, SYS_sched_getaffinity, SYS_set_robust_list, SYS_rseq, SYS_gettid,
    SYS_getpid, SYS_membarrier,
    // Signals of one's own.
    SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack,
    // Open descriptors.
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_pread64, SYS_pwrite64, SYS_lseek, SYS_close,
    // Time and chance.
    SYS_clock_gettime, SYS_clock_getres, SYS_clock_nanosleep, SYS_nanosleep, SYS_gettimeofday,
    SYS_restart_syscall, SYS_getrandom,
    // The end.
    SYS_exit, SYS_exit_group};

// A new thread of this process has all of the first, and nothing but these.
constexpr std::uint32_t thread_flags =
    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
constexpr std::uint32_t thread_flags_allowed = thread_flags | CLONE_SYSVSEM | CLONE_SETTLS |
                                               CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
                                               CLONE_CHILD_CLEARTID | CLONE_DETACHED;

SyscallFilter make_filter() {
    SyscallFilter filter(native_architecture);
    for (const long number : harmless) filter.allow(number);
    // Fresh memory only: no file, nothing shared, nothing executable.
    filter.allow(SYS_mmap,
                 {ArgumentCheck::no_bits(2, PROT_EXEC),
                  ArgumentCheck::bits(3, MAP_TYPE | MAP_ANONYMOUS, MAP_PRIVATE | MAP_ANONYMOUS)});
    filter.allow(SYS_mprotect, {ArgumentCheck::no_bits(2, PROT_EXEC)});
    filter.allow(SYS_clone, {ArgumentCheck::bits(0, thread_flags, thread_flags),
                             ArgumentCheck::no_bits(0, ~thread_flags_allowed)});
    // Its flags lie in memory, where a filter cannot look: as if the kernel did not have it, the C
    // library takes `clone`.
    filter.refuse(SYS_clone3, ENOSYS);
    filter.allow(SYS_tgkill, {ArgumentCheck::equal(0, static_cast<std::uint32_t>(::getpid()))});
    filter.allow(SYS_prctl, {ArgumentCheck::equal(0, PR_SET_NAME)});
    filter.allow(SYS_prctl, {ArgumentCheck::equal(0, prctl_set_vma)});
    return filter;
}

}  // namespace

Result<void> enter_sandbox() {
    const auto filter = make_filter();
    auto program = filter.program();
    const sock_fprog raw{static_cast<unsigned short>(program.size()), program.data()};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &raw) != 0)
        return fail(Errc::unsupported, "process.sandbox_unavailable",
                    "the kernel refuses a filter of system calls: {}", std::strerror(errno));
    return ok();
}

}  // namespace weft::process
