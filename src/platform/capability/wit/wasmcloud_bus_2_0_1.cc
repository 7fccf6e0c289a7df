// Made by `python3 -m tools.wit` from wit/wasmcloud-bus-2.0.1.wit.
// clang-format off
// NOLINTBEGIN(readability-identifier-naming,performance-move-const-arg)
#include "platform/capability/wit/wasmcloud_bus_2_0_1.h"

namespace weft::wit::wasmcloud_bus_lattice_2_0_1 {
namespace {

constexpr capability::ServedFunction rows[] = {
    capability::served<&Functions::create_call_target_interface>(
        "[constructor]call-target-interface", "namespace package interface"),
    capability::served<&Functions::set_link_name>(
        "set-link-name", "name interfaces"),
};
constexpr capability::ServedResource resources[] = {
    capability::dropped<&Functions::drop_call_target_interface>("call-target-interface"),
};
constexpr capability::ServedInterface offered{interface_name, rows, resources};

}  // namespace

Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted) {
    return capability::serve_interface(offered, executor, std::move(functions), wanted);
}

}  // namespace weft::wit::wasmcloud_bus_lattice_2_0_1

namespace weft::wit::wasmcloud_bus_error_2_0_1 {
namespace {

constexpr capability::ServedFunction rows[] = {
    capability::served<&Functions::error_from_rpc_error>(
        "[static]error.from-rpc-error", "error"),
    capability::served<&Functions::error_from_io_error>(
        "[static]error.from-io-error", "error"),
    capability::served<&Functions::error_to_debug_string>(
        "[method]error.to-debug-string", "self"),
};
constexpr capability::ServedResource resources[] = {
    capability::dropped<&Functions::drop_error>("error"),
};
constexpr capability::ServedInterface offered{interface_name, rows, resources};

}  // namespace

Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted) {
    return capability::serve_interface(offered, executor, std::move(functions), wanted);
}

}  // namespace weft::wit::wasmcloud_bus_error_2_0_1

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
