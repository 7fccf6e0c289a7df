#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace weft::codec {

/// A place in a text; both count from 1, columns in characters.
struct Mark {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    friend bool operator==(const Mark&, const Mark&) = default;
};

struct YamlEntry;

/// A node of a YAML document, with the place where it starts. What a plain scalar means is decided
/// by the core schema of YAML 1.2: `8080` is an integer, `"8080"` a string, `yes` a string.
struct YamlNode {
    enum class Kind : std::uint8_t { scalar, sequence, mapping };
    enum class Type : std::uint8_t { null, boolean, integer, floating, string, sequence, mapping };

    Kind kind = Kind::scalar;
    bool quoted = false;  ///< A scalar in quotes, a block scalar or one tagged `!!str`: a string.
    Mark mark;
    std::string text;                ///< Of a scalar, quotes and escapes undone; UTF-8.
    std::vector<YamlNode> items;     ///< Of a sequence.
    std::vector<YamlEntry> entries;  ///< Of a mapping, in the order of the source, keys unique.

    /// A string scalar, however its text looks; a plain scalar; an empty sequence; a mapping.
    static YamlNode string(std::string text);
    static YamlNode plain(std::string text);
    static YamlNode sequence();
    static YamlNode mapping();

    bool is_scalar() const { return kind == Kind::scalar; }
    bool is_sequence() const { return kind == Kind::sequence; }
    bool is_mapping() const { return kind == Kind::mapping; }
    bool is_null() const { return type() == Type::null; }
    Type type() const;
    /// "null", "a boolean", "an integer", "a number", "a string", "a sequence" or "a mapping".
    std::string_view type_name() const;

    /// The value when the core schema gives it this type (and it fits), else nothing.
    std::optional<bool> as_bool() const;
    std::optional<std::int64_t> as_int() const;
    /// Integers too.
    std::optional<double> as_double() const;
    const std::string* as_string() const;

    /// The value or the entry of `key`; null when absent or when this is not a mapping.
    const YamlNode* find(std::string_view key) const;
    const YamlEntry* find_entry(std::string_view key) const;
    /// Appends an entry to a mapping; `key` must not be there yet. Returns the value's place.
    YamlNode& add(std::string key, YamlNode value);
};

/// One `key: value` of a mapping. Keys are compared by their text, quoted or not.
struct YamlEntry {
    std::string key;
    Mark key_mark;
    YamlNode value;
};

struct YamlLimits {
    std::size_t bytes_max = 1 << 20;  ///< Of the whole text.
    std::size_t depth_max = 32;       ///< Sequences and mappings around a node; at most 60.
    std::size_t nodes_max =
        100'000;  ///< Scalars (keys too), sequences and mappings of all documents.
};

/// Reads a text with exactly one document: YAML 1.2 without anchors, aliases, merge keys, tags
/// outside the core schema, duplicate keys, and keys that are not scalars. Every message about a
/// place starts with "line L, column C: "; `failed_at`, when given, receives that place too.
/// Errors: corrupt `yaml.syntax_bad`, `yaml.utf8_bad`, `yaml.text_binary`, `yaml.key_duplicate`,
/// `yaml.tag_mismatch`; unsupported `yaml.anchor_refused`, `yaml.alias_refused`,
/// `yaml.merge_refused`, `yaml.tag_refused`, `yaml.key_not_scalar`; exhausted `yaml.text_too_long`,
/// `yaml.depth_exceeded`, `yaml.nodes_exceeded`; invalid_argument `yaml.document_missing` (nothing
/// but space and comments), `yaml.documents_many`.
Result<YamlNode> parse_yaml(std::string_view text, YamlLimits limits = {},
                            Mark* failed_at = nullptr);

/// The same for a text of any number of documents, none included.
Result<std::vector<YamlNode>> parse_yaml_documents(std::string_view text, YamlLimits limits = {},
                                                   Mark* failed_at = nullptr);

}  // namespace weft::codec
