// Made by `python3 -m tools.wit` from wit/wasi-config-0.2.0-rc.1.wit.
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

namespace weft::wit::wasi_config_store_0_2_0_rc_1 {

inline constexpr std::string_view interface_name = "wasi:config/store@0.2.0-rc.1";

/// `error`, variant.
struct Error {
    static constexpr auto names = std::array<std::string_view, 2>{"upstream", "io"};
    enum class Case : std::uint32_t { upstream, io };
    std::variant<std::string, std::string> held;
    Case which() const { return static_cast<Case>(held.index()); }
    static Error upstream(std::string value) {
        return {decltype(held)(std::in_place_index<0>, std::move(value))};
    }
    static Error io(std::string value) {
        return {decltype(held)(std::in_place_index<1>, std::move(value))};
    }
    friend bool operator==(const Error&, const Error&) = default;
};

/// What answers those who import it; see ServedFunctions.
class Functions : public capability::ServedFunctions {
  public:
    virtual rt::Task<std::expected<std::optional<std::string>, Error>> get(
            rt::CallCtx ctx, std::string key) = 0;
    virtual rt::Task<std::expected<std::vector<std::tuple<std::string, std::string>>, Error>> get_all(
            rt::CallCtx ctx) = 0;
};

/// Errors: those of serve_interface.
Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);

}  // namespace weft::wit::wasi_config_store_0_2_0_rc_1

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
