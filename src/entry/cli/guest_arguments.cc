#include "entry/cli/guest_arguments.h"

#include <string_view>
#include <utility>

#include "base/codec/units.h"
#include "entry/cli/places.h"
#include "io/net/address_range.h"

namespace weft::cli {
namespace {

using engine::Limit;

/// HOST::GUEST[:ro]
Result<engine::Directory> read_directory(const Environment& environment, std::string_view text) {
    constexpr std::string_view separator = "::";
    constexpr std::string_view read_only = ":ro";
    const auto middle = text.find(separator);
    auto guest = middle == std::string_view::npos ? std::string_view()
                                                  : text.substr(middle + separator.size());
    engine::Directory directory;
    directory.access = engine::Directory::Access::read_write;
    if (guest.ends_with(read_only)) {
        guest.remove_suffix(read_only.size());
        directory.access = engine::Directory::Access::read;
    }
    if (guest.empty())
        return fail(Errc::invalid_argument, "cli.dir_wrong",
                    "--dir is '{}', it must be HOST::GUEST or HOST::GUEST:ro, such as './data::/'",
                    text);
    TRY(directory.host, get_path(environment, "--dir", text.substr(0, middle)));
    directory.guest = guest;
    return directory;
}

Result<std::pair<std::string, std::string>> read_variable(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos)
        return fail(Errc::invalid_argument, "cli.env_wrong", "--env is '{}', it must be NAME=VALUE",
                    text);
    return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

Result<engine::Network> read_network(const std::vector<std::string>& allowed) {
    engine::Network network;
    for (const auto& text : allowed) {
        if (text == "*") return engine::Network{engine::Network::Reach::all, {}};
        TRY(auto range, net::parse_address_range(text).context("--allow-net"));
        network.reach = engine::Network::Reach::listed;
        network.listed.push_back(range);
    }
    return network;
}

Result<engine::Limits> read_limits(const GuestArguments& arguments) {
    engine::Limits out;
    if (arguments.memory) {
        constexpr auto& row = engine::row_of(Limit::memory);
        TRY(const auto bytes, codec::parse_size(*arguments.memory).context("--memory"));
        if (bytes < row.least || bytes > row.most)
            return fail(Errc::invalid_argument, "cli.memory_wrong",
                        "--memory is '{}', it must be between 64KiB and 4GiB", *arguments.memory);
        out.set(Limit::memory, bytes);
    }
    if (arguments.cpu_time) {
        TRY(const auto time, codec::parse_duration(*arguments.cpu_time).context("--cpu-time"));
        out.set(Limit::cpu_time, time);
    }
    if (arguments.deadline) {
        TRY(const auto time, codec::parse_duration(*arguments.deadline).context("--deadline"));
        out.set(Limit::deadline, time);
    }
    return out;
}

}  // namespace

void define_guest(Syntax& syntax, GuestArguments& arguments) {
    // A path may contain commas, and so may a value: they separate nothing.
    syntax.list({"--dir", "HOST::GUEST[:ro]"}, arguments.dirs,
                "Let it see a directory under this name; repeatable", Separator::none);
    syntax.list({"--env", "NAME=VALUE"}, arguments.env, "Give it a variable; repeatable",
                Separator::none);
    syntax.list({"--allow-net", "ADDR"}, arguments.allow_net,
                "Let it use these addresses: IP, IP:PORT, IP/BITS, or '*' for all");
    syntax.flag("--unsigned", arguments.may_be_unsigned,
                "Let this file run without a token, this time");
    define_trust(syntax, arguments.trust);
    define_code_cache(syntax, arguments.places);
    syntax.option({"--memory", "SIZE"}, arguments.memory,
                  "All its memories together, such as 64MiB");
    syntax.option({"--cpu-time", "TIME"}, arguments.cpu_time,
                  "How long it may compute, such as 200ms");
    syntax.option({"--deadline", "TIME"}, arguments.deadline, "How long it may take, such as 5s");
}

Result<host::ComponentSettings> read_guest(const GuestArguments& arguments, const std::string& file,
                                           const Environment& environment) {
    host::ComponentSettings out;
    TRY(out.path, get_path(environment, "the WebAssembly file", file));
    out.id = out.path.substr(out.path.find_last_of('/') + 1);
    for (const auto& text : arguments.dirs) {
        TRY(auto directory, read_directory(environment, text));
        out.wasi.directories.push_back(std::move(directory));
    }
    for (const auto& text : arguments.env) {
        TRY(auto variable, read_variable(text));
        out.wasi.environment.push_back(std::move(variable));
    }
    TRY(out.wasi.network, read_network(arguments.allow_net));
    TRY(out.limits, read_limits(arguments));
    out.may_be_unsigned = arguments.may_be_unsigned;
    return out;
}

Result<GuestOptions> read_guest_options(const GuestArguments& arguments, const std::string& file,
                                        const Environment& environment) {
    GuestOptions out;
    TRY(out.trust, read_trust(environment, arguments.trust));
    TRY(out.places, read_optional_places(environment, arguments.places));
    TRY(out.guest, read_guest(arguments, file, environment));
    return out;
}

}  // namespace weft::cli
