#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"

namespace weft::codec {

/// The events of a YAML stream, one a line, in the notation of the YAML test suite (`+MAP`,
/// `=VAL :text`, ...), so that the parser below `parse_yaml` can be compared with it: anchors,
/// aliases and tags appear here although `parse_yaml` refuses them. For tests. Errors: as
/// `parse_yaml`'s `yaml.syntax_bad`.
Result<std::string> yaml_events(std::string_view text);

}  // namespace weft::codec
