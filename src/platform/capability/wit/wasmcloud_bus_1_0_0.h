// Made by `python3 -m tools.wit` from wit/wasmcloud-bus-1.0.0.wit.
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

namespace weft::wit::wasmcloud_bus_lattice_1_0_0 {

inline constexpr std::string_view interface_name = "wasmcloud:bus/lattice@1.0.0";

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
    virtual rt::Task<void> set_link_name(
            rt::CallCtx ctx, std::string name,
            std::vector<Own<CallTargetInterface>> interfaces) = 0;
    virtual void drop_call_target_interface(BytesView /*handle*/) {}
};

/// Errors: those of serve_interface.
Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted);

}  // namespace weft::wit::wasmcloud_bus_lattice_1_0_0

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
