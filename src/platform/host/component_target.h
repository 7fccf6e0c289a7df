#pragma once

#include <memory>
#include <vector>

#include "base/value/world.h"
#include "platform/capability/imports.h"
#include "platform/capability/link.h"
#include "platform/host/match_exports.h"
#include "platform/host/shard_host.h"

namespace weft::host {

/// Answers an interface that a component imports by calling what another one on this host exports:
/// the encoded arguments and results move from one instance to the other as they are. The target
/// may be replaced while calls come: each goes to what is served then.
class ComponentTarget final : public capability::ImportTarget {
  public:
    /// `host` is that of the shard and outlives it.
    ComponentTarget(ShardHost* host, const capability::LinkKey& link, value::Interface wanted);

    void call(rt::CallCtx ctx, std::uint32_t function, engine::Payload arguments,
              engine::ImportReply& reply) override;

  private:
    struct Linked;

    std::shared_ptr<Linked> linked_;  // Shared with its calls on their way.
};

}  // namespace weft::host
