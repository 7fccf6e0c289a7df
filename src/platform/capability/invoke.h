#pragma once

#include <string>

#include "base/rt/call_ctx.h"
#include "base/rt/task.h"
#include "io/net/http_message.h"

namespace weft::capability {

/// Names a component of an application on this host: "<application>-<component>" or the id its
/// manifest gives.
using ComponentId = std::string;

/// How a provider calls a component; implemented by host/. One per shard: the call stays on it.
class Invoker {
  public:
    virtual ~Invoker() = default;

    /// `wasi:http/incoming-handler.handle` of `target`. The body streams; dropping it early ends
    /// the call. Errors: not_found (no such component), exhausted (its limits or the host's are
    /// reached), deadline, guest_trap, failed_precondition, unavailable, cancelled. What went wrong
    /// inside the component is in the log under `ctx.trace_id`, not in the message.
    virtual rt::Task<net::HttpResponse> handle_http(rt::CallCtx ctx, ComponentId target,
                                                    net::HttpRequest request) = 0;
};

}  // namespace weft::capability
