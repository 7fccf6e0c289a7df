// Made by `python3 -m tools.wit` from wit/fixtures/weft-kinds-1.2.0.wit.
// clang-format off
// NOLINTBEGIN(readability-identifier-naming,performance-move-const-arg)
#include "platform/capability/wit/weft_kinds_1_2_0_fixture.h"

namespace weft::wit::weft_kinds_kinds_1_2_0 {
namespace {

constexpr capability::ServedFunction rows[] = {
    capability::served<&Functions::create_counter>(
        "[constructor]counter", "start"),
    capability::served<&Functions::counter_add>(
        "[method]counter.add", "self delta"),
    capability::served<&Functions::counter_merge>(
        "[static]counter.merge", "counters"),
    capability::served<&Functions::echo>(
        "echo", "all"),
    capability::served<&Functions::lend>(
        "lend", "counter ticket"),
    capability::served<&Functions::check>(
        "check", "number"),
    capability::served<&Functions::note>(
        "note", "text"),
    capability::served<&Functions::wait>(
        "wait", "namespace", capability::Mode::asynchronous),
    capability::served<&Functions::copy>(
        "copy", "source last"),
};
constexpr capability::ServedResource resources[] = {
    capability::dropped<&Functions::drop_counter>("counter"),
};
constexpr capability::ServedInterface offered{interface_name, rows, resources};

}  // namespace

Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted) {
    return capability::serve_interface(offered, executor, std::move(functions), wanted);
}

Result<Calls> Calls::bind(capability::ExportTarget* target, const value::Interface& exported) {
    Calls calls;
    calls.target_ = target;
    CHECK(capability::match_exports(offered, exported, calls.numbers_));
    return calls;
}

}  // namespace weft::wit::weft_kinds_kinds_1_2_0

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
