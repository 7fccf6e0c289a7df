// Made by `python3 -m tools.wit` from wit/wasi-config-0.2.0-rc.1.wit.
// clang-format off
// NOLINTBEGIN(readability-identifier-naming,performance-move-const-arg)
#include "platform/capability/wit/wasi_config_0_2_0_rc_1.h"

namespace weft::wit::wasi_config_store_0_2_0_rc_1 {
namespace {

constexpr capability::ServedFunction rows[] = {
    capability::served<&Functions::get>(
        "get", "key"),
    capability::served<&Functions::get_all>(
        "get-all", ""),
};
constexpr capability::ServedInterface offered{interface_name, rows, {}};

}  // namespace

Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted) {
    return capability::serve_interface(offered, executor, std::move(functions), wanted);
}

}  // namespace weft::wit::wasi_config_store_0_2_0_rc_1

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
