#include "base/core/assert.h"

#include <cstdio>
#include <cstdlib>

namespace weft {

void assertion_failed(const char* condition, const char* reason, const char* file,
                      int line) noexcept {
    std::fprintf(stderr, "weft: bug at %s:%d: %s (%s). Please report it with this line.\n", file,
                 line, reason, condition);
    std::abort();
}

}  // namespace weft
