#include <memory>

#include <CLI/CLI.hpp>

#include "entry/cli/call.h"
#include "entry/cli/define.h"
#include "entry/cli/define_option.h"

namespace weft::cli {

void define_call(CLI::App& root, Selection& selection, const Caller& caller) {
    auto* const command =
        root.add_subcommand("call", "Call a function of a component, or list its functions");
    const auto arguments = std::make_shared<CallArguments>();
    command->add_option("FILE", arguments->file, "The component")->required();
    command->add_option("FUNCTION", arguments->function,
                        "Name, interface#name, or a whole call: 'name(arg, arg)'");
    // As raw words: the parser's own conversion would take `{}` for an empty list.
    command
        ->add_option(
            "ARG",
            [arguments](const CLI::results_t& words) {
                arguments->arguments = words;
                return true;
            },
            "Arguments in WAVE: 7, -1.5, '\"text\"', '[1, 2]', '{field: 1}', 'some(1)'")
        ->expected(0, -1)
        ->allow_extra_args();
    add_list(*command, "--trust", arguments->trust_keys,
             "Trust this account key for this run, with every grant")
        ->type_name("KEY");
    command->add_option("--trust-file", arguments->trust_file, "Whom to trust [trust.yaml]")
        ->type_name("FILE");
    command->add_flag("--unsigned", arguments->allow_unsigned,
                      "Let this file run even if nobody signed it");
    add_output(*command, selection);
    command->footer(
        "Examples:\n"
        "  weft call calc.wasm\n"
        "  weft call calc.wasm add 2 3\n"
        "  weft call calc.wasm 'add(2, 3)' -o json\n"
        "  weft call shop.wasm acme:shop/cart#total '[{sku: \"a1\", count: 2}]'");
    command->callback([&selection, &caller, arguments] {
        selection.action = [&caller, arguments](const Console& console) {
            return call_function(console, *arguments, caller);
        };
    });
}

}  // namespace weft::cli
