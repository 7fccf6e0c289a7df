#include "entry/cli/guest.h"

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/codec/units.h"
#include "entry/cli/guest_arguments.h"
#include "io/net/address.h"

namespace weft::cli {
namespace {

using engine::Limit;

struct RunArguments : GuestArguments {
    std::vector<std::string> words;  ///< The file, then the guest's own arguments.
    bool quiet = false;
};

void define_run(Syntax& syntax, RunArguments& arguments) {
    syntax.rest("FILE", arguments.words, "A WebAssembly program, then its arguments");
    define_guest(syntax, arguments);
    syntax.flag("-q,--quiet", arguments.quiet, "No warnings");
}

Result<int> run_guest(const Console& console, const RunArguments& arguments) {
    const auto& environment = console.environment();
    const auto& words = arguments.words;
    TRY(auto read, read_guest_options(arguments, words.front(), environment));
    RunOptions options{std::move(read)};
    auto& wasi = options.guest.wasi;
    wasi.console = engine::Console::process;
    auto& reach = wasi.network.reach;
    if (reach == engine::Network::Reach::none) reach = engine::Network::Reach::listed;
    if (!options.guest.limits.is_set(Limit::deadline)) wasi.waiting = engine::Waiting::in_place;
    wasi.arguments = words;
    wasi.arguments.front() = options.guest.id;
    options.quiet = arguments.quiet;
    auto code = environment.handlers.run(options, console);
    if (code) return code;
    return with_remedy(std::move(code).error(), "run", words.front(), std::span(words).subspan(1));
}

struct ServeArguments : GuestArguments {
    std::string file;
    std::string address = "127.0.0.1:8000";
    std::optional<std::string> body_max;
};

void define_serve(Syntax& syntax, ServeArguments& arguments) {
    syntax.word("FILE", Need::required, arguments.file, "A component that answers HTTP");
    syntax.option({"--addr", "HOST:PORT"}, arguments.address,
                  "Where to listen; port 0 picks one [127.0.0.1:8000]");
    syntax.option({"--body-max", "SIZE"}, arguments.body_max,
                  "The most that a request's body may have, such as 10MiB [no limit]");
    define_serving(syntax, arguments);
    define_guest(syntax, arguments);
}

Result<void> run_serve(const Console& console, const ServeArguments& arguments) {
    TRY(auto options, read_host(console, arguments));
    TRY(options.places, read_optional_places(console.environment(), arguments.places));
    ServedFile served;
    TRY(served.guest, read_guest(arguments, arguments.file, console.environment()));
    TRY(const auto address, net::parse_address(arguments.address).context("--addr"));
    served.address = address.text();
    if (arguments.body_max) {
        CHECK(codec::parse_size(*arguments.body_max).context("--body-max"));
        served.body_max = *arguments.body_max;
    }
    options.served = std::move(served);
    auto served_to_end = console.environment().handlers.up(options, console);
    if (served_to_end) return ok();
    return with_remedy(std::move(served_to_end).error(), "serve", arguments.file);
}

}  // namespace

constexpr Command run_command{
    .path = "run",
    .summary = "Run a program, with its exit code; the words behind FILE are its own",
    .examples =
        "  weft run hello_s.wasm --name world\n"
        "  weft run --dir ./data::/data:ro --env LANG=C count_s.wasm /data/words\n"
        "  weft run --unsigned --allow-net 127.0.0.1:6379 probe.wasm",
    .prepare = prepare<RunArguments, define_run, run_guest>};

constexpr Command serve_command{
    .path = "serve",
    .summary = "Serve one component over HTTP, without a manifest",
    .examples =
        "  weft serve hello_s.wasm\n"
        "  weft serve --unsigned --addr 127.0.0.1:0 hello.wasm\n"
        "  weft serve --env GREETING=hi --deadline 2s --memory 32MiB hello_s.wasm",
    .prepare = prepare<ServeArguments, define_serve, run_serve>};

}  // namespace weft::cli
