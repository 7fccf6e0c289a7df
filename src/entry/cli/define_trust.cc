#include <memory>

#include <CLI/CLI.hpp>

#include "entry/cli/define.h"
#include "entry/cli/define_option.h"
#include "entry/cli/trust.h"

namespace weft::cli {
namespace {

void add_common(CLI::App& command, Selection& selection, TrustArguments& arguments) {
    command.add_option("--trust-file", arguments.trust_file, "The file [trust.yaml]")
        ->type_name("FILE");
    add_output(command, selection);
}

void define_add(CLI::App& trust, Selection& selection) {
    auto* const command = trust.add_subcommand("add", "Let an account grant capabilities");
    const auto arguments = std::make_shared<TrustArguments>();
    command->add_option("KEY", arguments->key, "The account's public key")->required();
    add_list(*command, "-g,--grant", arguments->grants, "What it may grant; '*' is everything")
        ->type_name("CAP");
    command->add_option("--name", arguments->name, "Whose key it is, for people")
        ->type_name("NAME");
    add_common(*command, selection, *arguments);
    command->footer(
        "Examples:\n"
        "  weft trust add ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2 \\\n"
        "      --grant wasi:http --grant wasi:keyvalue/store --name 'payments team'");
    command->callback([&selection, arguments] {
        selection.action = [arguments](const Console& console) {
            return trust_add(console, *arguments);
        };
    });
}

void define_list(CLI::App& trust, Selection& selection) {
    auto* const command = trust.add_subcommand("list", "Show who may grant what");
    const auto arguments = std::make_shared<TrustArguments>();
    add_common(*command, selection, *arguments);
    command->footer("Examples:\n  weft trust list\n  weft trust list -o json");
    command->callback([&selection, arguments] {
        selection.action = [arguments](const Console& console) {
            return trust_list(console, *arguments);
        };
    });
}

void define_remove(CLI::App& trust, Selection& selection) {
    auto* const command = trust.add_subcommand("remove", "Trust a key no longer");
    const auto arguments = std::make_shared<TrustArguments>();
    command->add_option("KEY", arguments->key, "The public key")->required();
    add_common(*command, selection, *arguments);
    command->footer(
        "Examples:\n"
        "  weft trust remove ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2");
    command->callback([&selection, arguments] {
        selection.action = [arguments](const Console& console) {
            return trust_remove(console, *arguments);
        };
    });
}

}  // namespace

void define_trust(CLI::App& root, Selection& selection) {
    auto* const trust = root.add_subcommand("trust", "Say whose signatures count, offline");
    trust->require_subcommand(1);
    trust->footer("Kept in $XDG_CONFIG_HOME/weft/trust.yaml. Who is not there is not trusted.");
    define_add(*trust, selection);
    define_list(*trust, selection);
    define_remove(*trust, selection);
}

}  // namespace weft::cli
