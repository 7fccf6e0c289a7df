// Made by `python3 -m tools.wit` from wit/wasi-io-0.2.0.wit.
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

namespace weft::wit::wasi_io_error_0_2_0 {

inline constexpr std::string_view interface_name = "wasi:io/error@0.2.0";

/// `error`, resource.
struct Error {
    static constexpr std::string_view resource = "error";
};

/// What answers those who import it; see ServedFunctions.
class Functions : public capability::ServedFunctions {
  public:
    virtual rt::Task<std::string> error_to_debug_string(rt::CallCtx ctx, Borrow<Error> self) = 0;
    virtual void drop_error(BytesView /*handle*/) {}
};

/// Errors: those of serve_interface.
Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);

}  // namespace weft::wit::wasi_io_error_0_2_0

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
