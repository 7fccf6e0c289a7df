// Made by `python3 -m tools.wit` from wit/wasmcloud-bus-1.0.0.wit.
// clang-format off
// NOLINTBEGIN(readability-identifier-naming,performance-move-const-arg)
#include "platform/capability/wit/wasmcloud_bus_1_0_0.h"

namespace weft::wit::wasmcloud_bus_lattice_1_0_0 {
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

}  // namespace weft::wit::wasmcloud_bus_lattice_1_0_0

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
