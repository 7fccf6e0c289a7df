#include <memory>

#include <CLI/CLI.hpp>

#include "entry/cli/define.h"
#include "entry/cli/define_option.h"
#include "entry/cli/inspect.h"
#include "entry/cli/sign.h"

namespace weft::cli {
namespace {

void define_sign(CLI::App& claims, Selection& selection) {
    auto* const command = claims.add_subcommand("sign", "Sign a component with what it may use");
    const auto arguments = std::make_shared<SignArguments>();
    command->add_option("FILE", arguments->file, "The component")->required();
    command->add_option("-n,--name", arguments->name, "What people call it")
        ->required()
        ->type_name("NAME");
    add_list(*command, "-c,--caps", arguments->caps, "Capabilities that it asks for")
        ->type_name("CAP");
    command
        ->add_option("-k,--key", arguments->key,
                     "Account that signs: a public key or a seed file [the only one kept]")
        ->type_name("KEY");
    command->add_option("--subject", arguments->subject, "The component's key [one per name]")
        ->type_name("KEY");
    command->add_option("-r,--rev", arguments->revision, "Revision; a host refuses lower ones")
        ->type_name("N");
    command->add_option("-v,--ver", arguments->version, "Version, for people")->type_name("TEXT");
    command->add_option("--expires", arguments->expires_days, "Days until it expires [never]")
        ->type_name("DAYS");
    add_list(*command, "-t,--tag", arguments->tags, "Tags, for people")->type_name("TAG");
    command->add_option("--call-alias", arguments->call_alias, "A second name for callers")
        ->type_name("NAME");
    command->add_option("-o,--out", arguments->out, "The signed file [FILE with _s]")
        ->type_name("FILE");
    command->add_flag("--json", selection.json, "Print the result as JSON");
    command->footer(
        "Examples:\n"
        "  weft claims sign hello.wasm --name hello --caps wasi:http -o hello_s.wasm\n"
        "  weft claims sign cart.wasm --name cart --caps wasi:http,wasi:keyvalue/store --rev 4\n"
        "  weft claims sign cart.wasm --name cart --caps wasi:http --key team.nk --expires 90");
    command->callback([&selection, arguments] {
        selection.action = [arguments](const Console& console) {
            return claims_sign(console, *arguments);
        };
    });
}

using FileCommand = Result<void> (*)(const Console&, const std::string&);

void take_file(CLI::App& command, Selection& selection, FileCommand run_command) {
    const auto file = std::make_shared<std::string>();
    command.add_option("FILE", *file, "A component or module")->required();
    add_output(command, selection);
    command.callback([&selection, file, run_command] {
        selection.action = [file, run_command](const Console& console) {
            return run_command(console, *file);
        };
    });
}

}  // namespace

void define_claims(CLI::App& root, Selection& selection) {
    auto* const claims = root.add_subcommand("claims", "Sign components and read tokens, offline");
    claims->require_subcommand(1);
    define_sign(*claims, selection);
    auto* const inspect =
        claims->add_subcommand("inspect", "Show what a token says and whether it is proven");
    take_file(*inspect, selection, claims_inspect);
    inspect->footer("Examples:\n  weft claims inspect hello_s.wasm -o json");
    auto* const token = claims->add_subcommand("token", "Print the token itself");
    take_file(*token, selection, claims_token);
    token->footer("Examples:\n  weft claims token hello_s.wasm");
}

void define_inspect(CLI::App& root, Selection& selection) {
    auto* const command =
        root.add_subcommand("inspect", "Show what a WebAssembly file is, uses and offers");
    take_file(*command, selection, inspect_file);
    command->footer("Examples:\n  weft inspect hello.wasm\n  weft inspect hello.wasm -o json");
}

}  // namespace weft::cli
