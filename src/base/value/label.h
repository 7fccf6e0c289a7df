#pragma once

#include <cstddef>
#include <string_view>

namespace weft::value {

/// Length of the label that `text` begins with, 0 when it begins with none. A label is words with
/// single '-' between them; a word is ASCII letters of one case and digits, the first of which
/// begins with a letter. Source: component-model `WIT.md`, identifiers.
std::size_t label_length(std::string_view text);

/// Whether all of `text` is one label.
bool is_label(std::string_view text);

/// Whether WAVE takes the word for a keyword when no '%' stands before it: true, false, some, none,
/// ok, err, inf, nan.
bool is_keyword(std::string_view word);

}  // namespace weft::value
