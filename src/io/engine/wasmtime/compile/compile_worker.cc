#include "io/engine/wasmtime/compile/compile_worker.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "io/engine/wasmtime/compile/compile_protocol.h"
#include "io/process/sandbox.h"

namespace weft::engine::wasmtime {
namespace {

bool write_all(int fd, BytesView bytes) {
    while (!bytes.empty()) {
        const auto wrote = ::write(fd, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return true;
}

int report(int exit_code, std::string_view text) {
    write_all(compile_protocol::report, as_bytes(text));
    return exit_code;
}

/// The whole input, mapped: a page of it is in memory once, however large it is. Empty when there
/// is none.
BytesView map_input() {
    struct stat info{};
    if (::fstat(compile_protocol::input, &info) != 0 || info.st_size <= 0) return {};
    const auto size = static_cast<std::size_t>(info.st_size);
    void* const at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, compile_protocol::input, 0);
    if (at == MAP_FAILED) return {};
    return {static_cast<const std::uint8_t*>(at), size};
}

int compile(const we_engine_config& config, BytesView wasm) {
    we_buf code{};
    we_error* error = nullptr;
    const we_status status = we_artifact_new(&config, borrow(wasm), &code, &error);
    if (status != WE_OK)
        return report(compile_protocol::refused,
                      std::to_string(status).append("\n").append(text(we_error_message(error))));
    if (!write_all(compile_protocol::output, {code.data, code.size}))
        return report(compile_protocol::failed,
                      std::string("the code cannot be written: ") + std::strerror(errno));
    return compile_protocol::compiled;
}

int work() {
    const auto input = map_input();
    if (input.size() < sizeof(we_engine_config))
        return report(compile_protocol::failed,
                      "this command is for weft itself; use 'weft up' to run components\n");
    ::prctl(PR_SET_NAME, "weft-compile");
    we_engine_config config{};
    std::memcpy(&config, input.data(), sizeof config);
    we_exit_when_out_of_memory(compile_protocol::out_of_memory);
    if (const auto entered = process::enter_sandbox(); !entered)
        return report(compile_protocol::failed, entered.error().message);
    return compile(config, input.subspan(sizeof config));
}

}  // namespace

// At once: threads of the library still wait for work, and there is nothing to tidy up.
void run_compile_worker() { ::_exit(work()); }

}  // namespace weft::engine::wasmtime
