// Made by `python3 -m tools.wit` from wit/wasi-keyvalue-0.2.0-draft.wit.
// clang-format off
// NOLINTBEGIN(readability-identifier-naming,performance-move-const-arg)
#include "platform/capability/wit/wasi_keyvalue_0_2_0_draft.h"

namespace weft::wit::wasi_keyvalue_store_0_2_0_draft {
namespace {

constexpr capability::ServedFunction rows[] = {
    capability::served<&Functions::bucket_get>(
        "[method]bucket.get", "self key"),
    capability::served<&Functions::bucket_set>(
        "[method]bucket.set", "self key value"),
    capability::served<&Functions::bucket_delete>(
        "[method]bucket.delete", "self key"),
    capability::served<&Functions::bucket_exists>(
        "[method]bucket.exists", "self key"),
    capability::served<&Functions::bucket_list_keys>(
        "[method]bucket.list-keys", "self cursor"),
    capability::served<&Functions::open>(
        "open", "identifier"),
};
constexpr capability::ServedResource resources[] = {
    capability::dropped<&Functions::drop_bucket>("bucket"),
};
constexpr capability::ServedInterface offered{interface_name, rows, resources};

}  // namespace

Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted) {
    return capability::serve_interface(offered, executor, std::move(functions), wanted);
}

}  // namespace weft::wit::wasi_keyvalue_store_0_2_0_draft

namespace weft::wit::wasi_keyvalue_atomics_0_2_0_draft {
namespace {

constexpr capability::ServedFunction rows[] = {
    capability::served<&Functions::increment>(
        "increment", "bucket key delta"),
};
constexpr capability::ServedInterface offered{interface_name, rows, {}};

}  // namespace

Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted) {
    return capability::serve_interface(offered, executor, std::move(functions), wanted);
}

}  // namespace weft::wit::wasi_keyvalue_atomics_0_2_0_draft

namespace weft::wit::wasi_keyvalue_batch_0_2_0_draft {
namespace {

constexpr capability::ServedFunction rows[] = {
    capability::served<&Functions::get_many>(
        "get-many", "bucket keys"),
    capability::served<&Functions::set_many>(
        "set-many", "bucket key-values"),
    capability::served<&Functions::delete_many>(
        "delete-many", "bucket keys"),
};
constexpr capability::ServedInterface offered{interface_name, rows, {}};

}  // namespace

Result<std::unique_ptr<capability::ImportTarget>> serve(
    rt::Executor* executor, std::shared_ptr<Functions> functions, const value::Interface& wanted) {
    return capability::serve_interface(offered, executor, std::move(functions), wanted);
}

}  // namespace weft::wit::wasi_keyvalue_batch_0_2_0_draft

namespace weft::wit::wasi_keyvalue_watcher_0_2_0_draft {
namespace {

constexpr capability::ServedFunction rows[] = {
    capability::served<&Functions::on_set>(
        "on-set", "bucket key value"),
    capability::served<&Functions::on_delete>(
        "on-delete", "bucket key"),
};
constexpr capability::ServedInterface offered{interface_name, rows, {}};

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

}  // namespace weft::wit::wasi_keyvalue_watcher_0_2_0_draft

// NOLINTEND(readability-identifier-naming,performance-move-const-arg)
