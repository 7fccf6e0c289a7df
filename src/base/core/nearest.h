#pragma once

#include <span>
#include <string_view>

namespace weft {

/// The candidate closest to `word` by edit distance, or empty when none is close enough to be a
/// likely slip (at most a third of the word's length, at least 1 edit). For "unknown key 'trats';
/// did you mean 'traits'?".
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace weft
