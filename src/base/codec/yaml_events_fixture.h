#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"

namespace weft::codec {

/// The parser's events as text, one a line, in the notation of the YAML test suite (`+DOC`, `=VAL
/// :text`). Accepts all of YAML 1.2, so that the parser is checked apart from what `parse_yaml`
/// refuses. For tests; the text is not limited. Errors: corrupt (`yaml.syntax`).
Result<std::string> yaml_events(std::string_view text);

}  // namespace weft::codec
