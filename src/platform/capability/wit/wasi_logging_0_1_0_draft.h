// Made by `python3 -m tools.wit` from wit/wasi-logging-0.1.0-draft.wit.
// clang-format off
// NOLINTBEGIN(readability-identifier-naming,performance-move-const-arg)
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "platform/capability/served_import.h"

namespace weft::wit::wasi_logging_logging_0_1_0_draft {

inline constexpr std::string_view interface_name = "wasi:logging/logging@0.1.0-draft";

/// `level`, enum.
enum class Level : std::uint32_t { trace, debug, info, warn, error, critical };
constexpr auto names_of(Level /*type*/) {
    return std::array<std::string_view, 6>{"trace", "debug", "info", "warn", "error", "critical"};
}

/// What answers those who import it; see ServedFunctions.
class Functions : public capability::ServedFunctions {
  public:
    virtual rt::Task<void> log(
            rt::CallCtx ctx, Level level, std::string context, std::string message) = 0;
};

/// Errors: those of serve_interface.
Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);

}  // namespace weft::wit::wasi_logging_logging_0_1_0_draft

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
