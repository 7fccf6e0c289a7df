#pragma once

#include "base/core/bytes.h"
#include "base/core/descriptor.h"
#include "base/core/result.h"

/// Files that are in memory only, for giving much to another process or getting it from there. They
/// are not part of the memory of this process until they are mapped.
namespace weft::process {

/// An empty one. Errors: unavailable (`process.no_memory_file`).
Result<Descriptor> make_memory_file();

/// Appends. Errors: unavailable.
Result<void> write_memory_file(int file, BytesView bytes);

/// From now on it cannot be changed, not through open descriptors either. Errors: unavailable (a
/// process has it mapped for writing).
Result<void> freeze_memory_file(int file);

}  // namespace weft::process
