#include <memory>

#include <CLI/CLI.hpp>

#include "entry/cli/define.h"
#include "entry/cli/define_option.h"
#include "entry/cli/doctor.h"
#include "entry/cli/up.h"
#include "entry/cli/validate.h"
#include "entry/cli/version.h"

namespace weft::cli {

void define_up(CLI::App& root, Selection& selection, const Up& up) {
    auto* const command =
        root.add_subcommand("up", "Run the applications of the manifests, all or none");
    const auto arguments = std::make_shared<UpArguments>();
    command->add_option("MANIFEST", arguments->manifests, "Files with one application each");
    add_list(*command, "--trust", arguments->trust_keys,
             "Trust this account key for this run, with every grant")
        ->type_name("KEY");
    command->add_option("--trust-file", arguments->trust_file, "Whom to trust [trust.yaml]")
        ->type_name("FILE");
    command->add_option("--data-dir", arguments->data_dir, "Where the host keeps its files")
        ->type_name("DIR");
    command->add_option("--code-cache", arguments->code_cache, "Where compiled components are kept")
        ->type_name("DIR");
    command->add_flag("--no-code-cache", arguments->no_code_cache, "Compile at every start");
    command->add_flag("--detach", arguments->detach, "Return once it serves");
    command->add_option("--log-file", arguments->log_file, "Where a detached host logs")
        ->type_name("FILE");
    command->add_option("--shards", arguments->shards, "Serving threads [one for each core]")
        ->type_name("N");
    command->add_flag("--strict", arguments->strict, "Take warnings of manifests as errors");
    command->add_option("--log-level", arguments->log_level, "error, warn, info or debug [info]")
        ->type_name("LEVEL");
    add_output(*command, selection);
    command->footer(
        "Examples:\n"
        "  weft up app.yaml\n"
        "  weft up app.yaml --trust ACODERUVFFAWZQDSS6SBIACUA5O6SXF7HJ3YTYXBALHZP3P7R4BUO4J2\n"
        "  weft up shop.yaml billing.yaml --detach --data-dir /var/lib/weft");
    command->callback([&selection, &up, arguments] {
        selection.action = [&up, arguments](const Console& console) -> Result<void> {
            TRY(const auto options, read_up(*arguments, console));
            return up(options);
        };
    });
}

void define_app(CLI::App& root, Selection& selection) {
    auto* const app = root.add_subcommand("app", "Applications and their manifests");
    app->require_subcommand(1);
    auto* const command = app->add_subcommand("validate", "Say all that is wrong in manifests");
    const auto arguments = std::make_shared<ValidateArguments>();
    command->add_option("FILE", arguments->files, "Manifests")->required();
    command->add_flag("--strict", arguments->strict, "Take warnings as errors");
    add_output(*command, selection);
    command->footer(
        "Examples:\n  weft app validate app.yaml\n  weft app validate --strict -o json *.yaml");
    command->callback([&selection, arguments] {
        selection.action = [arguments](const Console& console) {
            return app_validate(console, *arguments);
        };
    });
}

void define_doctor(CLI::App& root, Selection& selection, const Doctor& look) {
    auto* const command =
        root.add_subcommand("doctor", "Say whether this machine is fit for a host, and why not");
    const auto arguments = std::make_shared<DoctorArguments>();
    command->add_option("--data-dir", arguments->data_dir, "Where the host keeps its files")
        ->type_name("DIR");
    command->add_option("--code-cache", arguments->code_cache, "Where compiled components are kept")
        ->type_name("DIR");
    add_output(*command, selection);
    command->footer("Examples:\n  weft doctor\n  weft doctor -o json");
    command->callback([&selection, &look, arguments] {
        selection.action = [&look, arguments](const Console& console) {
            return doctor(console, *arguments, look);
        };
    });
}

void define_version(CLI::App& root, Selection& selection) {
    auto* const command = root.add_subcommand("version", "Print the version");
    add_output(*command, selection);
    command->footer("Examples:\n  weft version\n  weft version -o json");
    command->callback([&selection] {
        selection.action = [](const Console& console) {
            codec::Json value = codec::Json::Object();
            console.show({"weft " + std::string(version())}, value.set("version", version()));
            return ok();
        };
    });
}

}  // namespace weft::cli
