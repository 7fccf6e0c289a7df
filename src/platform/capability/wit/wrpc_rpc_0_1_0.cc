// Made by `python3 -m tools.wit` from wit/wrpc-rpc-0.1.0.wit.
// clang-format off
// NOLINTBEGIN(readability-identifier-naming,performance-move-const-arg)
#include "platform/capability/wit/wrpc_rpc_0_1_0.h"

namespace weft::wit::wrpc_rpc_error_0_1_0 {
namespace {

constexpr capability::ServedFunction rows[] = {
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

}  // namespace weft::wit::wrpc_rpc_error_0_1_0

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
