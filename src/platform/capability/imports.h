#pragma once

#include <cstdint>

#include "base/core/bytes.h"
#include "base/rt/call_ctx.h"
#include "io/engine/imports.h"

namespace weft::capability {

/// Answers one interface that a component imports, through one link, on one shard: a provider,
/// another component, or what is on another host. It was made for that link, so it knows who calls
/// and by which link from the host, never from the guest. Shard-local.
class ImportTarget {
  public:
    virtual ~ImportTarget() = default;
    /// Calls a function of the interface, by its place there. Inside of a poll and on the guest's
    /// small stack, as engine::ImportHandler::on_import: answers or enqueues, and returns.
    virtual void call(rt::CallCtx ctx, std::uint32_t function, engine::Payload arguments,
                      engine::ImportReply& reply) = 0;
    /// The guest dropped a handle of a resource that the interface defines, by its place there.
    virtual void drop(std::uint32_t /*resource*/, BytesView /*handle*/) {}
};

}  // namespace weft::capability
