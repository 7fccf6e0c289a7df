#pragma once

#include <string>
#include <string_view>

#include "base/value/world.h"
#include "platform/host/settings.h"
#include "platform/host/shard_host.h"

namespace weft::host {

/// Whether the host itself answers that interface for every component, without a link:
/// `wasi:config`, `wasi:logging`, `wasmcloud:bus`. A version behind the name is ignored.
bool is_host_interface(std::string_view name);

/// The row of an import table for `wanted`, called `name`, before links lead on: what the host
/// answers itself is answered, everything else is refused and said in the log. Errors: unsupported
/// (`capability.import_mismatch`: the host has another version of it).
Result<ImportTable::Interface> host_interface(ShardHost* host, const ComponentSettings& settings,
                                              const std::string& name,
                                              const value::Interface& wanted);

/// A component calls an interface that no link of it leads on (`host.import_unlinked`).
Error unlinked_error(const capability::ComponentId& component, std::string_view interface);

}  // namespace weft::host
