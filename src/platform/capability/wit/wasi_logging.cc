// Made by `python3 -m tools.wit` from wit/wasi-logging.wit.
// clang-format off
// NOLINTBEGIN(readability-identifier-naming,performance-move-const-arg)
#include "platform/capability/wit/wasi_logging.h"

namespace weft::wit::wasi_logging_logging {
namespace {

constexpr capability::ServedFunction rows[] = {
    capability::served<&Functions::log>(
        "log", "level context message"),
};
constexpr capability::ServedInterface offered{interface_name, rows, {}};

}  // namespace

Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted) {
    return capability::serve_interface(offered, executor, std::move(functions), wanted);
}

}  // namespace weft::wit::wasi_logging_logging

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
