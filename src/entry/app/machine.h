#pragma once

namespace weft::app {

/// Cores that this process may run on; at least 1.
unsigned usable_cores();

/// Raises the limit of open files as far as it goes: a component that was loaded holds a
/// descriptor, and so does every connection.
void raise_descriptor_limit();

}  // namespace weft::app
