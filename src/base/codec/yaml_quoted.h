#pragma once

#include <string>
#include <string_view>

namespace weft::codec {

/// The texts of quoted scalars from what stands between their quotes: a line break is a space, each
/// further one a line feed, blanks around breaks are dropped, escapes are resolved. The bytes must
/// have passed a YAML parser. Source: YAML 1.2.2, 5.7 and 7.3. Ours because libfyaml 0.7.12 reads
/// several single quotes in a row, and an escaped blank before a break, wrongly and returns foreign
/// bytes for them. For the files of this module alone.
std::string unfold_single_quoted(std::string_view raw);
std::string unfold_double_quoted(std::string_view raw);

}  // namespace weft::codec
