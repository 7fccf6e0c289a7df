#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/core/errc.h"
#include "entry/app/call.h"
#include "entry/app/doctor.h"
#include "entry/app/providers.h"
#include "entry/app/run_program.h"
#include "entry/app/up.h"
#include "entry/cli/run.h"
#include "io/engine/wasmtime/compile/compile_worker.h"
#include "io/process/heap.h"

namespace {

/// Closed ones would be given to the next file that is opened, and what is printed would land
/// there.
void open_standard_streams() {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
        if (::fcntl(fd, F_GETFD) < 0) (void)::open("/dev/null", O_RDWR);
}

/// What is printed, and the first thing that kept it from being printed.
class Output {
  public:
    void write(std::string_view text) {
        if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) note();
    }
    void flush() {
        if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) note();
    }
    /// What was printed leaves the process; else the user is told, in the format that was asked
    /// for.
    int end(int code, std::span<const std::string> args) {
        flush();
        const int told = weft::errc_row(weft::Errc::unavailable).exit_code;
        if (error_ == 0 || code == told) return code;
        const auto failure = weft::fail(weft::Errc::unavailable, "cli.output_failed",
                                        "the output cannot be written: {}", std::strerror(error_));
        return weft::cli::report(args, failure.error(), print_error);
    }
    static void print_error(std::string_view text) {
        std::fwrite(text.data(), 1, text.size(), stderr);
    }

  private:
    void note() {
        if (error_ == 0) error_ = errno;
    }
    int error_ = 0;
};

}  // namespace

int main(int count, char** values) {
    // Before anything is set up: this process only compiles for the one that started it.
    if (count == 2 && weft::engine::wasmtime::compile_worker_command == values[1])
        weft::engine::wasmtime::run_compile_worker();
    open_standard_streams();
    weft::process::keep_large_buffers();
    const std::vector<std::string> args(values + (count > 0 ? 1 : 0), values + count);
    weft::SystemWallClock clock;
    weft::SystemRandom random;
    Output output;
    std::error_code ignored;
    const weft::cli::Environment environment{
        .variable = [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            if (value == nullptr) return std::nullopt;
            return value;
        },
        .current_dir = std::filesystem::current_path(ignored).string(),
        .clock = &clock,
        .random = &random,
        .out = [&output](std::string_view text) { output.write(text); },
        .err =
            [&output](std::string_view text) {
                output.flush();  // What was said before comes before, through a pipe too.
                Output::print_error(text);
            },
        .providers = weft::app::provider_kinds(),
        .handlers = {.up = weft::app::up,
                     .call = weft::app::open_callee,
                     .run = weft::app::run_program,
                     .doctor = weft::app::examine},
    };
    const int code = weft::cli::run(args, environment);
    return output.end(code, args);
}
