#pragma once

#include <cstdint>
#include <memory>

#include "base/core/result.h"
#include "base/core/time.h"

namespace weft::rt {

/// Who asks, as far as the layers above know; opaque here.
class Principal {
  public:
    virtual ~Principal() = default;
};

/// Travels by value as the first argument of everything that leaves a module. Made once per
/// request.
struct CallCtx {
    TimePoint deadline = TimePoint::max();  ///< The call must have ended by then.
    std::uint64_t trace_id = 0;             ///< Groups the events of one request; 0 is none.
    std::shared_ptr<const Principal> principal = nullptr;

    /// A call with no time left fails before it starts. Errors: deadline.
    Result<void> check_time(TimePoint now) const {
        if (now >= deadline)
            return fail(Errc::deadline, "rt.no_time_left",
                        "the call's deadline is over before it starts");
        return ok();
    }
};

}  // namespace weft::rt
