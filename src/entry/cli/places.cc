#include "entry/cli/places.h"

#include <optional>

namespace weft::cli {
namespace {

/// What tells the two kinds of place apart.
struct Kind {
    const char* variable;
    const char* below_home;
    const char* flag;
};

constexpr Kind data{"XDG_DATA_HOME", "/.local/share", "--data-dir"};
constexpr Kind keys{"XDG_DATA_HOME", "/.local/share", "HOME"};
constexpr Kind cache{"XDG_CACHE_HOME", "/.cache", "--code-cache"};
constexpr Kind config{"XDG_CONFIG_HOME", "/.config", "--trust-file"};

bool is_absolute(const std::optional<std::string>& path) { return path && path->starts_with('/'); }

Result<std::string> find_base(const Environment& environment, const Kind& kind) {
    if (auto base = environment.variable(kind.variable); is_absolute(base)) return *base;
    if (auto home = environment.variable("HOME"); is_absolute(home)) return *home + kind.below_home;
    return fail(Errc::failed_precondition, "cli.home_missing",
                "neither {} nor HOME says where your files are; set one of them or give '{}'",
                kind.variable, kind.flag);
}

}  // namespace

Result<std::string> default_data_dir(const Environment& environment) {
    TRY(const auto base, find_base(environment, data));
    return base + "/weft";
}

Result<std::string> default_keys_dir(const Environment& environment) {
    TRY(const auto base, find_base(environment, keys));
    return base + "/weft/keys";
}

Result<std::string> default_trust_file(const Environment& environment) {
    TRY(const auto base, find_base(environment, config));
    return base + "/weft/trust.yaml";
}

std::string default_code_cache_dir(const Environment& environment, const std::string& data_dir) {
    const auto base = find_base(environment, cache);
    return base ? *base + "/weft/code" : data_dir + "/code";
}

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

}  // namespace weft::cli
