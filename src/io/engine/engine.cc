#include "io/engine/engine.h"

namespace weft::engine {

Limits for_kind(Limits limits, HttpKind kind) {
    constexpr std::uint32_t reuse_concurrent = 128;
    if (kind == HttpKind::sequential) limits.set(Limit::concurrent, 1);
    if (limits[Limit::reuse] == 0)
        limits.set(Limit::reuse, kind == HttpKind::concurrent ? reuse_concurrent : 1);
    return limits;
}

}  // namespace weft::engine
