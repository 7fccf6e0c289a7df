#pragma once

#include <memory>
#include <type_traits>

#include "base/rt/one_shot.h"
#include "base/rt/scope.h"
#include "base/rt/task.h"

namespace weft::rt {

namespace detail {

template <typename T>
Task<void> answer_home(Task<T> task, Executor* home, std::shared_ptr<OneShot<T>> done) {
    Result<T> result = co_await std::move(task);
    home->post([done = std::move(done), result = std::move(result)]() mutable {
        done->complete_now(std::move(result));
    });
    co_return ok();
}

}  // namespace detail

/// Runs a task in a scope of another shard and brings its result home:
/// `CO_TRY(auto address, co_await run_in(&shard_scope, shard, [listener] { return listener->open();
/// }));` `make` is called on the other shard and returns the task; it carries values, never
/// references to this shard's objects. `scope` belongs to that shard. Errors: failed_precondition
/// (the scope is closed), cancelled (only this side's wait: the task there runs on), those of the
/// task.
template <typename Make>
auto run_in(Scope* scope, Executor* there, Make make)
    -> Task<typename std::invoke_result_t<Make>::value_type> {
    using Value = typename std::invoke_result_t<Make>::value_type;
    Executor* home = (co_await current_context())->executor();
    auto done = std::make_shared<OneShot<Value>>();
    there->post([scope, home, done, make = std::move(make)]() mutable {
        Result<void> started = scope->spawn(detail::answer_home<Value>(make(), home, done));
        if (!started)
            home->post([done = std::move(done), error = std::move(started).error()] {
                done->complete_now(Failure(error));
            });
    });
    Result<Value> result = co_await *done;
    co_return result;
}

}  // namespace weft::rt
