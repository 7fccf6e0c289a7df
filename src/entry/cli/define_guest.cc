#include <memory>

#include <CLI/CLI.hpp>

#include "entry/cli/define.h"
#include "entry/cli/define_option.h"
#include "entry/cli/guest.h"

namespace weft::cli {
namespace {

/// A path may have commas in it, and so may a value: each needs an option of its own.
void add_words(CLI::App& command, const std::string& name, std::vector<std::string>& list,
               const std::string& form, const std::string& help) {
    command.add_option(name, list, help)->allow_extra_args(false)->type_name(form);
}

void add_guest(CLI::App& command, Selection& selection, GuestArguments& arguments) {
    add_words(command, "--dir", arguments.dirs, "HOST::GUEST[:ro]",
              "Let it see a directory under this name, several times");
    add_words(command, "--env", arguments.env, "NAME=VALUE", "Give it a variable, several times");
    add_list(command, "--allow-net", arguments.allow_net,
             "Let it use these addresses: IP, IP:PORT, IP/BITS, or '*' for all")
        ->type_name("ADDR");
    command.add_flag("--unsigned", arguments.may_be_unsigned,
                     "Let this file run without a token, this time");
    add_list(command, "--trust", arguments.trust_keys,
             "Trust this account key for this run, with every grant")
        ->type_name("KEY");
    command.add_option("--trust-file", arguments.trust_file, "Whom to trust [trust.yaml]")
        ->type_name("FILE");
    command.add_option("--code-cache", arguments.code_cache, "Where compiled code is kept")
        ->type_name("DIR");
    command.add_flag("--no-code-cache", arguments.no_code_cache, "Compile it, keep nothing");
    command.add_option("--memory", arguments.memory, "All its memories together, such as 64MiB")
        ->type_name("SIZE");
    command.add_option("--cpu-time", arguments.cpu_time, "How long it may compute, such as 200ms")
        ->type_name("TIME");
    command.add_option("--deadline", arguments.deadline, "How long it may take, such as 5s")
        ->type_name("TIME");
    add_output(command, selection);
}

}  // namespace

void define_run(CLI::App& root, Selection& selection, const RunProgram& run) {
    auto* const command = root.add_subcommand(
        "run", "Run a program: its exit code is this one's; what follows FILE is for it");
    const auto arguments = std::make_shared<RunArguments>();
    command->positionals_at_end();
    command->add_option("FILE", arguments->words, "A WebAssembly program, then its arguments")
        ->required();
    add_guest(*command, selection, *arguments);
    command->add_flag("-q,--quiet", arguments->quiet, "No warnings");
    command->footer(
        "Examples:\n"
        "  weft run hello_s.wasm --name world\n"
        "  weft run --dir ./data::/data:ro --env LANG=C count_s.wasm /data/words\n"
        "  weft run --unsigned --allow-net 127.0.0.1:6379 probe.wasm");
    command->callback([&selection, &run, arguments] {
        selection.program = [&run, arguments](const Console& console) -> Result<int> {
            TRY(const auto options, read_run(*arguments, console));
            return run(options, console);
        };
    });
}

void define_serve(CLI::App& root, Selection& selection, const Up& up) {
    auto* const command =
        root.add_subcommand("serve", "Serve one component over HTTP, without a manifest");
    const auto arguments = std::make_shared<ServeArguments>();
    command->add_option("FILE", arguments->file, "A component that answers HTTP")->required();
    command
        ->add_option("--addr", arguments->address,
                     "Where to listen; port 0 picks one [127.0.0.1:8000]")
        ->type_name("HOST:PORT");
    command->add_option("--shards", arguments->shards, "Serving threads [one for each core]")
        ->type_name("N");
    command->add_option("--log-level", arguments->log_level, "error, warn, info or debug [info]")
        ->type_name("LEVEL");
    add_guest(*command, selection, *arguments);
    command->footer(
        "Examples:\n"
        "  weft serve hello_s.wasm\n"
        "  weft serve --unsigned --addr 127.0.0.1:0 hello.wasm\n"
        "  weft serve --env GREETING=hi --deadline 2s --memory 32MiB hello_s.wasm");
    command->callback([&selection, &up, arguments] {
        selection.action = [&up, arguments](const Console& console) -> Result<void> {
            TRY(const auto options, read_serve(*arguments, console));
            return up(options);
        };
    });
}

}  // namespace weft::cli
