// Made by `python3 -m tools.wit` from wit/wrpc-rpc-0.1.0.wit.
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
#include "platform/capability/wit/wasi_io_0_2_0.h"

namespace weft::wit::wrpc_rpc_error_0_1_0 {

inline constexpr std::string_view interface_name = "wrpc:rpc/error@0.1.0";

/// `io-error`, use.
using IoError = wasi_io_error_0_2_0::Error;

/// `error`, resource.
struct Error {
    static constexpr std::string_view resource = "error";
};

/// What answers those who import it; see ServedFunctions.
class Functions : public capability::ServedFunctions {
  public:
    virtual rt::Task<std::expected<Own<Error>, Own<IoError>>> error_from_io_error(
            rt::CallCtx ctx, Own<IoError> error) = 0;
    virtual rt::Task<std::string> error_to_debug_string(rt::CallCtx ctx, Borrow<Error> self) = 0;
    virtual void drop_error(BytesView /*handle*/) {}
};

/// Errors: those of serve_interface.
Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);

}  // namespace weft::wit::wrpc_rpc_error_0_1_0

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
