#include <memory>

#include <CLI/CLI.hpp>

#include "entry/cli/define.h"
#include "entry/cli/define_option.h"
#include "entry/cli/keys.h"

namespace weft::cli {
namespace {

void define_gen(CLI::App& keys, Selection& selection) {
    auto* const command = keys.add_subcommand("gen", "Make a key and keep its seed");
    const auto kind = std::make_shared<std::string>();
    command
        ->add_option("KIND", *kind,
                     "operator, account, user, module, provider, host, cluster or curve")
        ->required();
    add_output(*command, selection);
    command->footer("Examples:\n  weft keys gen account\n  weft keys gen module -o json");
    command->callback([&selection, kind] {
        selection.action = [kind](const Console& console) { return keys_gen(console, *kind); };
    });
}

void define_list(CLI::App& keys, Selection& selection) {
    auto* const command = keys.add_subcommand("list", "Show the keys whose seeds are kept");
    add_output(*command, selection);
    command->footer("Examples:\n  weft keys list\n  weft keys list -o json");
    command->callback([&selection] { selection.action = keys_list; });
}

void define_get(CLI::App& keys, Selection& selection) {
    auto* const command = keys.add_subcommand("get", "Show one key and where its seed is");
    const auto key = std::make_shared<std::string>();
    command->add_option("KEY", *key, "A public key, or the name of a seed file without '.nk'")
        ->required();
    add_output(*command, selection);
    command->footer(
        "Examples:\n"
        "  weft keys get ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2\n"
        "  weft keys get hello_module");
    command->callback([&selection, key] {
        selection.action = [key](const Console& console) { return keys_get(console, *key); };
    });
}

}  // namespace

void define_keys(CLI::App& root, Selection& selection) {
    auto* const keys = root.add_subcommand("keys", "Make and show keys, offline");
    keys->require_subcommand(1);
    keys->footer("Seeds are kept in $XDG_DATA_HOME/weft/keys, readable by you alone.");
    define_gen(*keys, selection);
    define_list(*keys, selection);
    define_get(*keys, selection);
}

}  // namespace weft::cli
