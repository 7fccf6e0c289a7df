#pragma once

#include <concepts>
#include <cstddef>
#include <vector>

#include "base/rt/cross.h"
#include "base/rt/one_shot.h"
#include "base/rt/scope.h"
#include "base/rt/task.h"

namespace weft::rt {

namespace detail {

inline Task<void> run_racer(Task<void> task, std::size_t index, OneShot<std::size_t>* first) {
    Result<void> result = co_await std::move(task);
    if (result)
        first->complete(index);
    else
        first->complete(Failure(std::move(result).error()));
    co_return ok();
}

/// What the members of one `run_all` share; in its frame.
struct Together {
    std::size_t running;
    Result<void> outcome = ok();
    OneShot<void> ended{};
};

inline Task<void> run_member(Task<void> task, Together* together) {
    Result<void> result = co_await std::move(task);
    if (!result && together->outcome) together->outcome = std::move(result);
    if (--together->running == 0) together->ended.complete(ok());
    co_return ok();
}

}  // namespace detail

/// Runs the tasks at the same time on this executor until the first of them has ended, then cancels
/// the others and waits for them: none is left when it returns. The value is the index of the first
/// to end; when that one failed, its error is the error. A task whose predecessor ended at once is
/// not started. Errors: those of the first to end, cancelled (after all of them have ended).
template <std::same_as<Task<void>>... Tasks>
Task<std::size_t> race(Tasks... tasks) {
    OneShot<std::size_t> first;
    Scope scope((co_await current_context())->executor());
    std::size_t index = 0;
    const auto start = [&](Task<void>& task) {
        if (first.is_complete()) return;
        WEFT_ASSERT(scope.spawn(detail::run_racer(std::move(task), index++, &first)),
                    "a new scope is open");
    };
    (start(tasks), ...);
    Result<std::size_t> winner = co_await first;
    co_await scope.close();
    co_return winner;
}

/// Runs the tasks at the same time on this executor and returns when all of them have ended.
/// Errors: that of the first to fail (the others go on), cancelled (they are cancelled too).
inline Task<void> run_all(std::vector<Task<void>> tasks) {
    if (tasks.empty()) co_return ok();
    detail::Together together{.running = tasks.size()};
    Scope scope((co_await current_context())->executor());
    for (auto& task : tasks)
        WEFT_ASSERT(scope.spawn(detail::run_member(std::move(task), &together)),
                    "a new scope is open");
    Result<void> ended = co_await together.ended;
    co_await scope.close();
    co_return ended ? std::move(together.outcome) : std::move(ended);
}

/// A shard seen from another one: where its tasks run, and the scope there that owns them. Both
/// belong to app/ or the test and outlive what is started with them.
struct ShardRef {
    Executor* executor = nullptr;
    Scope* scope = nullptr;
};

/// Runs `make(index)`'s task on every shard at the same time and returns when all of them have
/// ended: `CO_CHECK(co_await on_each_shard(shards, [hosts](std::size_t i) { return
/// stop_host(hosts[i]); }));` `make` is called on the shard of that index, on all of them at the
/// same time. Errors: those of `run_in`, of the shard that failed first; cancelled ends the wait of
/// this side only.
template <typename Make>
Task<void> on_each_shard(std::vector<ShardRef> shards, Make make) {
    std::vector<Task<void>> tasks;
    tasks.reserve(shards.size());
    for (std::size_t index = 0; index < shards.size(); ++index)
        tasks.push_back(run_in(shards[index].scope, shards[index].executor,
                               [make, index] { return make(index); }));
    Result<void> result = co_await run_all(std::move(tasks));
    co_return result;
}

}  // namespace weft::rt
