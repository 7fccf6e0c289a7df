#pragma once

#include "base/rt/one_shot.h"
#include "base/rt/task.h"

namespace weft::rt {

/// `CO_CHECK(co_await sleep_until(due));` Errors: cancelled (at once when the owner gives up).
inline Task<void> sleep_until(TimePoint due) {
    OneShot<void> nothing;
    Result<void> slept = co_await nothing.until(due);
    if (!slept && slept.error().code == Errc::cancelled) co_return slept;
    co_return ok();
}

}  // namespace weft::rt
