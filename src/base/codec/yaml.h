#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/mark.h"
#include "base/core/result.h"

namespace weft::codec {

struct YamlEntry;

/// One value of a YAML document, and where it stands. Only the fields of its kind are filled.
struct YamlNode {
    enum class Kind : std::uint8_t { scalar, sequence, mapping };
    /// `plain` scalars have a type by the core schema (8080 is an integer, yes is a string);
    /// `quoted` ones, block scalars and those tagged `!!str` are always strings.
    enum class Style : std::uint8_t { plain, quoted };

    Kind kind = Kind::scalar;
    Style style = Style::plain;
    Mark mark;
    std::string text;                ///< Of a scalar, UTF-8, escapes and folding resolved.
    std::vector<YamlNode> items;     ///< Of a sequence.
    std::vector<YamlEntry> entries;  ///< Of a mapping, in source order, keys unique.

    bool is_scalar() const { return kind == Kind::scalar; }
    bool is_sequence() const { return kind == Kind::sequence; }
    bool is_mapping() const { return kind == Kind::mapping; }

    /// The value of a mapping's key, or nullptr when there is none or this is not a mapping.
    const YamlNode* find(std::string_view key) const;

    /// What the YAML 1.2 core schema makes of a scalar; nothing when it is of another type.
    bool is_null() const;                        ///< Plain: empty, ~, null, Null, NULL.
    std::optional<bool> as_bool() const;         ///< Plain true/false in three casings.
    std::optional<std::int64_t> as_int() const;  ///< Plain decimal, 0o17 or 0x1F that fits.
    std::optional<double> as_double() const;     ///< Plain number of any form, .inf and .nan too.
    /// A string: quoted, or plain and of no other type.
    const std::string* as_string() const;
};

/// One `key: value` of a mapping. Keys are scalars; their text is what counts.
struct YamlEntry {
    std::string key;
    Mark key_mark;
    YamlNode value;
};

struct YamlLimits {
    std::size_t bytes_max = 1024 * 1024;  ///< Of the whole text.
    std::size_t depth_max = 32;           ///< Sequences and mappings inside one another.
    std::size_t nodes_max = 200'000;      ///< Scalars, sequences and mappings of all documents.
    std::size_t documents_max = 100;
    /// One after another; the YAML library's time grows with the square of their number.
    std::size_t blank_lines_max = 128;
};

/// Parses a text of exactly one YAML 1.2 document. Refused on purpose, since configuration needs
/// none of them: anchors, aliases, merge keys, tags outside the core schema, keys that are not
/// scalars, duplicate keys, NUL and invalid UTF-8. Messages begin with "line L, column C: ";
/// `error_at`, when given, receives that place too (line 1, column 1 when the whole text is meant).
/// Errors: corrupt (`yaml.syntax`, `yaml.key_duplicate`, `yaml.utf8_invalid`, `yaml.binary_input`,
/// `yaml.tag_mismatch`), unsupported (`yaml.anchor_refused`, `yaml.alias_refused`,
/// `yaml.merge_key_refused`, `yaml.tag_refused`, `yaml.key_not_scalar`), exhausted
/// (`yaml.text_too_long`, `yaml.depth_exceeded`, `yaml.nodes_exceeded`, `yaml.documents_exceeded`,
/// `yaml.blank_lines_exceeded`),
/// invalid_argument (`yaml.document_missing`, `yaml.documents_several`).
Result<YamlNode> parse_yaml(std::string_view text, YamlLimits limits = {},
                            Mark* error_at = nullptr);

/// The same for any number of documents, also none.
Result<std::vector<YamlNode>> parse_yaml_documents(std::string_view text, YamlLimits limits = {},
                                                   Mark* error_at = nullptr);

}  // namespace weft::codec
