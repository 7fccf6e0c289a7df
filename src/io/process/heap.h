#pragma once

namespace weft::process {

/// Sets how much freed memory the C library keeps for what is allocated next, instead of giving it
/// back to the kernel and taking it again page by page: buffers of up to 4 MiB come from its heaps,
/// and each heap keeps up to 8 MiB at its end. For processes that pass large payloads on; first in
/// `main`, before other threads. docs/adr/0027-large-payloads-stay-on-the-heap.md has the reasons.
void keep_large_buffers();

}  // namespace weft::process
