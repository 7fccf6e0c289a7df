#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/core/result.h"
#include "base/core/time.h"

namespace weft::rt {

/// Names a request wherever its work goes. All zero is none. Source: W3C Trace Context, trace-id.
struct TraceId {
    std::uint64_t high = 0;
    std::uint64_t low = 0;

    /// 32 lower-case hex digits: how a call is named to people.
    std::string text() const;
    friend bool operator==(const TraceId&, const TraceId&) = default;
};

/// Who makes a call, and by which link. The host fills it in; a guest cannot.
struct CallSource {
    std::string component;
    std::string link_name;
    std::shared_ptr<const CallSource> before = nullptr;  ///< Who called that one; null: outside.
};

/// What every part on the way of a call needs to know of it. Travels by value as the first argument
/// of everything that leaves a module. Made once per request.
struct CallCtx {
    TimePoint deadline = TimePoint::max();  ///< The call must have ended by then.
    TraceId trace_id = {};                  ///< Groups the events of one request.
    std::uint64_t span_id = 0;              ///< This call within the trace; 0 is none.
    std::uint32_t depth = 0;                ///< Calls between components that led to this one.
    std::shared_ptr<const CallSource> source = nullptr;  ///< Null: it comes from outside.

    /// A call with no time left fails before it starts. Errors: deadline.
    Result<void> check_time(TimePoint now) const {
        if (now >= deadline)
            return fail(Errc::deadline, "rt.no_time_left",
                        "the call's deadline is over before it starts");
        return ok();
    }
};

}  // namespace weft::rt
