#include "base/obs/event.h"

#include <array>

#include "base/core/nearest.h"

namespace weft::obs {
namespace {

constexpr std::array<std::string_view, 4> level_names{"error", "warn", "info", "debug"};

}  // namespace

std::string_view level_name(Level level) { return level_names[static_cast<std::size_t>(level)]; }

Result<Level> get_level(std::string_view name) {
    for (std::size_t i = 0; i < level_names.size(); ++i)
        if (level_names[i] == name) return static_cast<Level>(i);
    const auto close = nearest(name, level_names);
    return fail(Errc::invalid_argument, "obs.level_unknown",
                "log level '{}' is not one of error, warn, info, debug{}{}{}", name,
                close.empty() ? "" : "; did you mean '", close, close.empty() ? "" : "'?");
}

}  // namespace weft::obs
