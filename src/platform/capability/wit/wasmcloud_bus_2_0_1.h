// Made by `python3 -m tools.wit` from wit/wasmcloud-bus-2.0.1.wit.
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
#include "platform/capability/wit/wrpc_rpc_0_1_0.h"

namespace weft::wit::wasmcloud_bus_lattice_2_0_1 {

inline constexpr std::string_view interface_name = "wasmcloud:bus/lattice@2.0.1";

/// `call-target-interface`, resource.
struct CallTargetInterface {
    static constexpr std::string_view resource = "call-target-interface";
};

/// What answers those who import it; see ServedFunctions.
class Functions : public capability::ServedFunctions {
  public:
    virtual rt::Task<Own<CallTargetInterface>> create_call_target_interface(
            rt::CallCtx ctx, std::string namespace_, std::string package,
            std::string interface) = 0;
    virtual rt::Task<std::expected<void, std::string>> set_link_name(
            rt::CallCtx ctx, std::string name,
            std::vector<Own<CallTargetInterface>> interfaces) = 0;
    virtual void drop_call_target_interface(BytesView /*handle*/) {}
};

/// Errors: those of serve_interface.
Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);

}  // namespace weft::wit::wasmcloud_bus_lattice_2_0_1

namespace weft::wit::wasmcloud_bus_error_2_0_1 {

inline constexpr std::string_view interface_name = "wasmcloud:bus/error@2.0.1";

/// `io-error`, use.
using IoError = wasi_io_error_0_2_0::Error;

/// `rpc-error`, use.
using RpcError = wrpc_rpc_error_0_1_0::Error;

/// `error`, resource.
struct Error {
    static constexpr std::string_view resource = "error";
};

/// What answers those who import it; see ServedFunctions.
class Functions : public capability::ServedFunctions {
  public:
    virtual rt::Task<Own<Error>> error_from_rpc_error(rt::CallCtx ctx, Own<RpcError> error) = 0;
    virtual rt::Task<std::expected<Own<Error>, Own<IoError>>> error_from_io_error(
            rt::CallCtx ctx, Own<IoError> error) = 0;
    virtual rt::Task<std::string> error_to_debug_string(rt::CallCtx ctx, Borrow<Error> self) = 0;
    virtual void drop_error(BytesView /*handle*/) {}
};

/// Errors: those of serve_interface.
Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);

}  // namespace weft::wit::wasmcloud_bus_error_2_0_1

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
