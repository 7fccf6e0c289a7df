#include "base/rt/call_ctx.h"

#include <fmt/format.h>

namespace weft::rt {

std::string TraceId::text() const { return fmt::format("{:016x}{:016x}", high, low); }

}  // namespace weft::rt
