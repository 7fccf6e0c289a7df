#pragma once

#include <cstdint>
#include <memory>

#include "base/core/result.h"
#include "io/engine/payload.h"

namespace weft::engine {

/// An answer that is given later. Any thread; destroying it unanswered ends the guest.
class LaterReply {
  public:
    virtual ~LaterReply() = default;
    /// The encoded result. False: the guest is gone, nobody waits. Once, instead of `refuse`.
    virtual bool answer(Payload result) = 0;
    /// Ends the guest: it cannot be told of an error that its interface has no place for.
    virtual bool refuse(const Error& error) = 0;
};

/// Where the answer of one call of an import goes. Valid during `on_import`: exactly one of the
/// three.
class ImportReply {
  public:
    /// The encoded result, at once.
    virtual void answer(Payload result) = 0;
    /// As LaterReply::refuse.
    virtual void refuse(const Error& error) = 0;
    virtual std::unique_ptr<LaterReply> defer() = 0;

  protected:
    ~ImportReply() = default;
};

/// Answers what the guests of an instance import and the engine does not offer itself. Called on
/// the instance's executor inside a poll, on the guest's small stack: it answers or enqueues, and
/// returns.
class ImportHandler {
  public:
    virtual ~ImportHandler() = default;
    /// A guest calls import `function` (its place in `Component::describe`) with encoded arguments.
    virtual void on_import(std::uint32_t function, Payload arguments, ImportReply& reply) = 0;
    /// The guest dropped a handle of resource type `resource` that it owned, or ended with it.
    virtual void on_drop(std::uint32_t resource, BytesView handle) = 0;
};

}  // namespace weft::engine
