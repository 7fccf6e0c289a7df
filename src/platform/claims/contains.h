#pragma once

#include <algorithm>
#include <functional>

namespace weft::claims {

/// std::ranges::contains, which this standard library does not have yet.
template <typename Range, typename Value, typename Projection = std::identity>
bool contains(const Range& range, const Value& value, Projection projection = {}) {
    return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

}  // namespace weft::claims
