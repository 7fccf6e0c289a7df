#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "platform/capability/provider.h"
#include "platform/control/desired.h"
#include "platform/host/shard_host.h"

namespace weft::control {

/// What a component's imports are bound with. All of it outlives the call.
struct Binding {
    const host::ComponentSettings* settings;
    const value::World* world;  ///< Its own.
    const Links* links;
    std::function<capability::Provider*(std::string_view kind)> provider_of;
    std::vector<host::ShardHost*> hosts;  ///< By shard.
};

/// What answers the imports of a component, for each shard; null where it imports nothing. Links to
/// providers must have been put. Errors: those of `capability::Provider::bind`.
Result<std::vector<host::ImportTablePtr>> bind_imports(const Binding& binding);

/// Whether each link between components leads to exports that fit. Errors: unsupported
/// (`host.link_mismatch`, `host.link_resource`).
Result<void> check_link(const capability::Link& link, const value::World& source,
                        const value::World& target);

/// The interfaces that a component imports and no link of it leads on, without version. What the
/// host answers itself is not among them.
std::vector<std::string> find_unlinked(const capability::ComponentId& id, const value::World& world,
                                       const Links& links);

}  // namespace weft::control
