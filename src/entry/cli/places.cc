#include "entry/cli/places.h"

#include "io/files/files.h"

namespace weft::cli {
namespace {

/// A base directory of the specification.
struct Base {
    const char* variable;
    const char* below_home;
    const char* alternative;  ///< For the message.
};

constexpr Base data{"XDG_DATA_HOME", "/.local/share", " or give --data-dir"};
constexpr Base keys{"XDG_DATA_HOME", "/.local/share", ""};
constexpr Base cache{"XDG_CACHE_HOME", "/.cache", " or give --code-cache"};
constexpr Base config{"XDG_CONFIG_HOME", "/.config", " or give --trust-file"};

bool is_absolute(const std::optional<std::string>& path) { return path && path->starts_with('/'); }

/// The path of `name` in a base directory.
Result<std::string> find_place(const Environment& environment, const Base& base,
                               std::string_view name) {
    std::string path;
    if (auto set = environment.variable(base.variable); is_absolute(set))
        path = *set;
    else if (auto home = environment.variable("HOME"); is_absolute(home))
        path = *home + base.below_home;
    else
        return fail(Errc::failed_precondition, "cli.home_missing",
                    "neither {} nor HOME says where your files are; set one of them{}",
                    base.variable, base.alternative);
    return path.append(name);
}

Result<std::string> get_code_cache_dir(const Environment& environment,
                                       const PlaceArguments& arguments,
                                       const std::string& data_dir) {
    if (arguments.code_cache && arguments.no_code_cache)
        return fail(Errc::invalid_argument, "cli.code_cache_and_none",
                    "--code-cache and --no-code-cache contradict each other; give one of them");
    if (arguments.no_code_cache) return std::string();
    if (arguments.code_cache) return get_path(environment, "--code-cache", *arguments.code_cache);
    return find_place(environment, cache, "/weft/code").value_or(data_dir + "/code");
}

}  // namespace

Result<std::string> get_path(const Environment& environment, std::string_view what,
                             std::string_view path) {
    if (path.empty())
        return fail(Errc::invalid_argument, "cli.path_empty", "{} is empty; give a path", what);
    if (path.contains('\0'))
        return fail(Errc::invalid_argument, "cli.path_has_nul",
                    "{} has a NUL character in it; give a path", what);
    if (path.starts_with('/')) return std::string(path);
    if (environment.current_dir.empty())
        return fail(Errc::failed_precondition, "cli.current_dir_missing",
                    "{} is '{}', but the current directory is gone; change to another, or give an "
                    "absolute path",
                    what, path);
    return environment.current_dir + "/" + std::string(path);
}

Result<std::string> get_input_path(const Environment& environment, std::string_view what,
                                   std::string_view path) {
    if (path == "-") return std::string(files::stdin_path);
    return get_path(environment, what, path);
}

Result<std::string> get_keys_dir(const Environment& environment) {
    return find_place(environment, keys, "/weft/keys");
}

Result<std::string> get_trust_file(const Environment& environment,
                                   const std::optional<std::string>& given) {
    return given ? get_path(environment, "--trust-file", *given)
                 : find_place(environment, config, "/weft/trust.yaml");
}

void define_data_dir(Syntax& syntax, PlaceArguments& arguments) {
    syntax.option({"--data-dir", "DIR"}, arguments.data_dir, "Where the host keeps its files");
}

void define_code_cache_dir(Syntax& syntax, PlaceArguments& arguments) {
    syntax.option({"--code-cache", "DIR"}, arguments.code_cache, "Where compiled code is kept");
}

void define_code_cache(Syntax& syntax, PlaceArguments& arguments) {
    define_code_cache_dir(syntax, arguments);
    syntax.flag("--no-code-cache", arguments.no_code_cache, "Compile each time, keep nothing");
}

Result<HostPlaces> read_places(const Environment& environment, const PlaceArguments& arguments) {
    HostPlaces out;
    TRY(out.data_dir, arguments.data_dir ? get_path(environment, "--data-dir", *arguments.data_dir)
                                         : find_place(environment, data, "/weft"));
    TRY(out.code_cache_dir, get_code_cache_dir(environment, arguments, out.data_dir));
    return out;
}

Result<HostPlaces> read_optional_places(const Environment& environment,
                                        const PlaceArguments& arguments) {
    auto places = read_places(environment, arguments);
    if (places || places.error().slug != Slug("cli.home_missing")) return places;
    if (!arguments.code_cache) return HostPlaces();
    // These commands have no --data-dir, where the key of the cache would be.
    return Failure(find_place(environment, keys, "").error());
}

}  // namespace weft::cli
