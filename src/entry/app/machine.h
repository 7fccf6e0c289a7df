#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::app {

/// Cores that this process may run on, which its affinity and the quotas of its cgroups say; at
/// least 1.
unsigned usable_cores();

/// Raises the limit of open files as far as it goes: a component that was loaded holds a
/// descriptor, and so does every connection. Returns what it is then.
std::uint64_t raise_descriptor_limit();

/// Connections that a host may have open with so many descriptors, so that there are some for
/// everything else; at least 1.
std::size_t connections_for(std::uint64_t descriptors_max, unsigned shards, std::size_t components);

}  // namespace weft::app
