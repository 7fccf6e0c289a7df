#include "base/rt/task.h"

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace weft::rt::detail {

void task_threw() noexcept {
    const char* what = "unknown exception";
    try {
        throw;
    } catch (const std::exception& error) {
        what = error.what();
        std::fprintf(stderr, "weft: bug: an exception escaped a task: %s\n", what);
    } catch (...) {
        std::fprintf(stderr, "weft: bug: an exception escaped a task: %s\n", what);
    }
    std::abort();
}

}  // namespace weft::rt::detail
