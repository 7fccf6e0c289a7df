#include "io/process/heap.h"

#include <malloc.h>

namespace weft::process {
namespace {

// As glibc itself would have it once a chunk of 4 MiB was freed: the second is twice the first.
constexpr int own_mapping_bytes_min = 4 << 20;
constexpr int kept_bytes_max = 2 * own_mapping_bytes_min;

}  // namespace

void keep_large_buffers() {
    ::mallopt(M_MMAP_THRESHOLD, own_mapping_bytes_min);
    ::mallopt(M_TRIM_THRESHOLD, kept_bytes_max);
}

}  // namespace weft::process
