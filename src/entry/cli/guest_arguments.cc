#include "entry/cli/guest_arguments.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/codec/units.h"
#include "entry/cli/places.h"
#include "io/files/files.h"
#include "io/net/address_range.h"

namespace weft::cli {
namespace {

using engine::Limit;

/// HOST[::GUEST][:ro]; without GUEST the guest calls it what HOST says.
Result<engine::Directory> read_directory(const Environment& environment, std::string_view text) {
    constexpr std::string_view separator = "::";
    constexpr std::string_view read_only = ":ro";
    auto host = text;
    engine::Directory directory;
    directory.access = engine::Directory::Access::read_write;
    if (host.ends_with(read_only)) {
        host.remove_suffix(read_only.size());
        directory.access = engine::Directory::Access::read;
    }
    auto guest = host;
    if (const auto middle = host.find(separator); middle != std::string_view::npos) {
        guest = host.substr(middle + separator.size());
        host = host.substr(0, middle);
    }
    if (guest.empty() && !host.empty())
        return fail(Errc::invalid_argument, "cli.dir_wrong",
                    "--dir is '{}', it must be HOST, HOST::GUEST or either with ':ro' behind it, "
                    "such as './data::/'",
                    text);
    TRY(directory.host, get_path(environment, "--dir", host));
    CHECK(files::check_directory(directory.host).context("--dir"));
    directory.guest = guest;
    return directory;
}

/// NAME=VALUE, or NAME for a variable of our own, which need not be set.
Result<void> add_variable(host::ComponentSettings& settings, const Environment& environment,
                          const std::string& text) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    if (name.empty())
        return fail(Errc::invalid_argument, "cli.env_wrong",
                    "--env is '{}', it must be NAME=VALUE, or NAME to pass on a variable", text);
    const auto value = equals == std::string::npos
                           ? environment.variable(name)
                           : std::optional<std::string>(text.substr(equals + 1));
    if (value) settings.wasi.environment.emplace_back(name, *value);
    return ok();
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
    syntax.list({"--dir", "HOST[::GUEST][:ro]"}, arguments.dirs,
                "Let it see a directory, under the name GUEST; repeatable", Separator::none);
    syntax.list({"--env", "NAME[=VALUE]"}, arguments.env,
                "Give it a variable, without VALUE as it is set here; repeatable", Separator::none);
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
    TRY(out.path, get_input_path(environment, "the WebAssembly file", file));
    out.id = out.path.substr(out.path.find_last_of('/') + 1);
    for (const auto& text : arguments.dirs) {
        TRY(auto directory, read_directory(environment, text));
        out.wasi.directories.push_back(std::move(directory));
    }
    for (const auto& text : arguments.env) CHECK(add_variable(out, environment, text));
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

namespace {

/// As a shell takes it for one word.
std::string shell_word(const std::string& text) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+=,";
    return text.find_first_not_of(plain) == std::string::npos ? text : "'" + text + "'";
}

}  // namespace

Failure with_remedy(Error error, std::string_view command, const std::string& path,
                    std::span<const std::string> unread) {
    const auto file = shell_word(path);
    const bool is_unsigned = error.slug == Slug("claims.unsigned");
    const bool is_untrusted = error.slug == Slug("claims.issuer_unknown");
    const auto misplaced = std::ranges::find_if(unread, [&](const std::string& word) {
        return is_unsigned ? word == "--unsigned" : is_untrusted && word.starts_with("--trust");
    });
    if (misplaced != unread.end()) {
        const bool has_value =
            is_untrusted && !misplaced->contains('=') && misplaced + 1 != unread.end();
        error.message += fmt::format(
            "; '{}' stands behind the file, where words belong to the program; put it before: weft "
            "{} {}{} {}",
            *misplaced, command, *misplaced, has_value ? " " + *(misplaced + 1) : "", file);
    } else if (is_unsigned) {
        error.message +=
            fmt::format("; or run it unsigned, this time: weft {} --unsigned {}", command, file);
    }
    return Failure(std::move(error));
}

}  // namespace weft::cli
