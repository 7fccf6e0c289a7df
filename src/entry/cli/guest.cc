#include "entry/cli/guest.h"

#include "entry/cli/places.h"
#include "entry/cli/up.h"
#include "io/net/address.h"
#include "platform/manifest/units.h"

namespace weft::cli {
namespace {

constexpr std::uint64_t memory_bytes_least = 64U << 10U;
constexpr std::uint64_t memory_bytes_most = std::uint64_t{4} << 30U;

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

Result<void> read_limits(const GuestArguments& arguments, GuestFile& out) {
    if (arguments.memory) {
        TRY(const auto bytes, manifest::parse_size(*arguments.memory).context("--memory"));
        if (bytes < memory_bytes_least || bytes > memory_bytes_most)
            return fail(Errc::invalid_argument, "cli.memory_wrong",
                        "--memory is '{}', it must be between 64KiB and 4GiB", *arguments.memory);
        out.memory_bytes_max = bytes;
    }
    if (arguments.cpu_time) {
        TRY(out.cpu_time, manifest::parse_duration(*arguments.cpu_time).context("--cpu-time"));
    }
    if (arguments.deadline) {
        TRY(out.deadline, manifest::parse_duration(*arguments.deadline).context("--deadline"));
    }
    return ok();
}

Result<GuestFile> read_guest(const GuestArguments& arguments, const std::string& file,
                             const Environment& environment) {
    GuestFile out;
    TRY(out.path, get_path(environment, "the WebAssembly file", file));
    for (const auto& text : arguments.dirs) {
        TRY(auto directory, read_directory(environment, text));
        out.wasi.directories.push_back(std::move(directory));
    }
    for (const auto& text : arguments.env) {
        TRY(auto variable, read_variable(text));
        out.wasi.environment.push_back(std::move(variable));
    }
    TRY(out.wasi.network, read_network(arguments.allow_net));
    CHECK(read_limits(arguments, out));
    out.may_be_unsigned = arguments.may_be_unsigned;
    return out;
}

std::string name_of(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

}  // namespace

Result<RunOptions> read_run(const RunArguments& arguments, const Console& console) {
    const auto& environment = console.environment();
    RunOptions out;
    TRY(out.trust, read_trust_options(environment, arguments.trust_keys, arguments.trust_file));
    TRY(out.data_dir, default_data_dir(environment));
    TRY(out.code_cache_dir, read_code_cache_dir(environment, arguments.code_cache,
                                                arguments.no_code_cache, out.data_dir));
    const auto& words = arguments.words;
    TRY(out.guest, read_guest(arguments, words.front(), environment));
    out.guest.wasi.console = engine::Console::process;
    auto& reach = out.guest.wasi.network.reach;
    if (reach == engine::Network::Reach::none) reach = engine::Network::Reach::listed;
    if (!out.guest.deadline) out.guest.wasi.waiting = engine::Waiting::in_place;
    out.guest.wasi.arguments = words;
    out.guest.wasi.arguments.front() = name_of(out.guest.path);
    out.quiet = arguments.quiet;
    return out;
}

Result<UpOptions> read_serve(const ServeArguments& arguments, const Console& console) {
    const auto& environment = console.environment();
    UpOptions out;
    TRY(out.trust, read_trust_options(environment, arguments.trust_keys, arguments.trust_file));
    TRY(out.data_dir, default_data_dir(environment));
    TRY(out.code_cache_dir, read_code_cache_dir(environment, arguments.code_cache,
                                                arguments.no_code_cache, out.data_dir));
    ServedFile served;
    TRY(served.guest, read_guest(arguments, arguments.file, environment));
    TRY(const auto address, net::parse_address(arguments.address).context("--addr"));
    served.address = address.text();
    served.name = name_of(served.guest.path);
    out.served = std::move(served);
    if (arguments.shards) {
        TRY(out.shards, read_shards(*arguments.shards));
    }
    TRY(out.log_level, obs::get_level(arguments.log_level).context("--log-level"));
    out.json = console.format() == Format::json;
    return out;
}

}  // namespace weft::cli
