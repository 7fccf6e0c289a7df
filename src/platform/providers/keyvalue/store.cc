#include "platform/providers/keyvalue/store.h"

namespace weft::providers::keyvalue {
namespace {

bool is_over(std::int64_t held, std::int64_t growth, std::uint64_t limit) {
    return growth > 0 &&
           static_cast<std::uint64_t>(held) + static_cast<std::uint64_t>(growth) > limit;
}

}  // namespace

Result<void> check_room(Growth held, Growth growth, const Limits& limits) {
    if (is_over(held.keys, growth.keys, limits.keys_max))
        return fail(Errc::exhausted, "keyvalue.full",
                    "the store has {} keys, and {} more are over its limit of {}; remove some",
                    held.keys, growth.keys, limits.keys_max);
    if (is_over(held.bytes, growth.bytes, limits.bytes_max))
        return fail(Errc::exhausted, "keyvalue.full",
                    "the store has {} bytes, and {} more are over its limit of {}; remove some",
                    held.bytes, growth.bytes, limits.bytes_max);
    return ok();
}

}  // namespace weft::providers::keyvalue
