#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/codec/yaml.h"

namespace weft::codec {

/// Nodes to write. `yaml_string` is quoted by the writer where it must be; `yaml_plain` takes text
/// that has a type, such as "8080" or "true".
YamlNode yaml_string(std::string_view text);
YamlNode yaml_plain(std::string_view text);
YamlNode yaml_sequence(std::vector<YamlNode> items);
YamlNode yaml_mapping(std::vector<YamlEntry> entries);
/// An entry without a place.
YamlEntry yaml_entry(std::string_view key, YamlNode value);

/// Block-style YAML, two spaces a level, with a line feed at the end. Every string is quoted unless
/// it is plainly a word; control characters are escaped and invalid UTF-8 becomes U+FFFD. Parsing
/// the result gives the same kinds, styles of scalars as far as types go, texts and keys.
std::string write_yaml(const YamlNode& node);

}  // namespace weft::codec
