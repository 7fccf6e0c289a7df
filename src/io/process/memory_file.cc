#include "io/process/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weft::process {
namespace {

Failure failed() {
    return fail(Errc::unavailable, "process.no_memory_file",
                "there is no memory to pass on to another process: {}", std::strerror(errno));
}

}  // namespace

Result<Descriptor> make_memory_file() {
    Descriptor file(::memfd_create("weft", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file) return failed();
    return file;
}

Result<void> write_memory_file(int file, BytesView bytes) {
    while (!bytes.empty()) {
        const auto wrote = ::write(file, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return failed();
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return ok();
}

Result<void> freeze_memory_file(int file) {
    constexpr int all = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (::fcntl(file, F_ADD_SEALS, all) != 0) return failed();
    return ok();
}

}  // namespace weft::process
