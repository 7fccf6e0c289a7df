#pragma once

#include <string>

#include "base/codec/yaml.h"

namespace weft::codec {

/// The node as a document in block style, two spaces of indent, keys in their order, ending with a
/// line feed. Reading it back gives the same types and texts. A string is written plain only when
/// every YAML 1.1 and 1.2 reader takes it for the same string, else in double quotes with controls
/// escaped; a string must be UTF-8 (invalid octets become U+FFFD).
std::string write_yaml(const YamlNode& node);

}  // namespace weft::codec
