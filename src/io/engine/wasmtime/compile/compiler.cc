#include "io/engine/wasmtime/compile/compiler.h"

#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "io/engine/wasmtime/compile/compile_protocol.h"
#include "io/engine/wasmtime/compile/compile_worker.h"
#include "io/engine/wasmtime/failure.h"
#include "io/process/memory_file.h"
#include "io/process/run_child.h"

namespace weft::engine::wasmtime {
namespace {

Failure unavailable(std::string_view reason) {
    return fail(Errc::unavailable, "engine.compiler_unavailable",
                "the compiler could not do its work: {}", reason);
}

Result<Descriptor> make_input(const we_engine_config& config, BytesView wasm) {
    TRY(auto input, process::make_memory_file());
    const BytesView head(reinterpret_cast<const std::uint8_t*>(&config), sizeof config);
    CHECK(process::write_memory_file(input.get(), head));
    CHECK(process::write_memory_file(input.get(), wasm));
    CHECK(process::freeze_memory_file(input.get()));
    return input;
}

/// A report of `refused`: the status and the message of the library in the other process.
Failure refused(std::string_view report) {
    we_status status = WE_INTERNAL;
    const char* const end = report.data() + report.size();
    const auto number = std::from_chars(report.data(), end, status);
    const auto at = static_cast<std::size_t>(number.ptr - report.data());
    return failure_of(status, report.substr(std::min(at + 1, report.size())));
}

Failure crashed(const process::JobOutcome& outcome) {
    const auto said =
        outcome.errors.substr(0, std::min<std::size_t>(outcome.errors.find('\n'), 200));
    return fail(
        Errc::internal, "engine.compiler_crashed",
        "the compiler crashed over this component ({} {}), so it cannot be run; it said '{}'",
        outcome.end.is_signal ? "signal" : "exit code", outcome.end.code, said);
}

Failure too_much(const process::JobOutcome& outcome, const CompileLimits& limits) {
    switch (outcome.how) {
        case process::JobEnd::out_of_time:
            return fail(Errc::exhausted, "engine.compile_time",
                        "compiling the component takes more than {} s of CPU time; make it smaller",
                        limits.cpu_s_max);
        case process::JobEnd::out_of_memory:
            return fail(Errc::exhausted, "engine.compile_memory",
                        "compiling the component takes more than {} MiB of memory; make it smaller",
                        limits.memory_bytes_max >> 20U);
        default:
            return fail(Errc::exhausted, "engine.compile_size",
                        "the component compiles to more than {} MiB; make it smaller",
                        limits.code_bytes_max >> 20U);
    }
}

Failure stopped() {
    return fail(Errc::cancelled, "engine.compile_stopped",
                "the component is not compiled to its end");
}

bool can_read(int fd) {
    pollfd waiting{fd, POLLIN, 0};
    return ::poll(&waiting, 1, 0) > 0;
}

Result<void> judge(const process::JobOutcome& outcome, const CompileLimits& limits) {
    switch (outcome.how) {
        case process::JobEnd::killed: return crashed(outcome);
        case process::JobEnd::stopped: return stopped();
        case process::JobEnd::exited: break;
        default: return too_much(outcome, limits);
    }
    switch (outcome.end.code) {
        case compile_protocol::compiled: return ok();
        case compile_protocol::refused: return refused(outcome.output);
        case compile_protocol::failed: return unavailable(outcome.output);
        default: return crashed(outcome);
    }
}

}  // namespace

Result<code_cache::Entry> Compiler::compile(BytesView wasm) const {
    if (can_read(stop_fd_)) return stopped();
    TRY(auto output, process::make_memory_file());
    CHECK(worker_.empty() ? compile_here(wasm, output.get())
                          : compile_in_child(wasm, output.get()));
    CHECK(process::freeze_memory_file(output.get()));
    struct stat info{};
    if (::fstat(output.get(), &info) != 0 || info.st_size == 0)
        return unavailable("it gave no code");
    return code_cache::Entry{std::move(output), static_cast<std::uint64_t>(info.st_size)};
}

Result<void> Compiler::compile_here(BytesView wasm, int output) const {
    we_buf code{};
    we_error* error = nullptr;
    const we_status status = we_artifact_new(&config_, borrow(wasm), &code, &error);
    const ErrorHandle owned(error);
    if (status != WE_OK) return failure_of(error);
    auto written = process::write_memory_file(output, {code.data, code.size});
    code.free(code.owner);
    return written;
}

Result<void> Compiler::compile_in_child(BytesView wasm, int output) const {
    TRY(const auto input, make_input(config_, wasm));
    TRY(const auto outcome,
        process::run_child({.command = {.program = worker_,
                                        .arguments = {"weft", std::string(compile_worker_command)},
                                        .descriptors = {{input.get(), compile_protocol::input},
                                                        {output, compile_protocol::output}},
                                        .limits = {.cpu_s_max = limits_.cpu_s_max,
                                                   .memory_bytes_max = limits_.memory_bytes_max,
                                                   .file_bytes_max = limits_.code_bytes_max}},
                            .time_max = limits_.time_max,
                            .out_of_memory_code = compile_protocol::out_of_memory,
                            .stop_fd = stop_fd_}));
    return judge(outcome, limits_);
}

}  // namespace weft::engine::wasmtime
