#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/yaml.h"
#include "platform/manifest/finding.h"

namespace weft::manifest {

/// A value of the document and its path.
struct Node {
    const codec::YamlNode* yaml;
    std::string path;
    Place place() const { return {yaml->mark, path}; }
};

/// What an unknown key is. wadm refuses it in some mappings and passes over it in others.
enum class UnknownKey : std::uint8_t { error, ignored };

/// Whether a plain scalar such as 1.0 or true may stand for its own text.
enum class PlainText : std::uint8_t { accepted, refused };

struct CountRange {
    std::uint32_t min;
    std::uint32_t max;
};

/// Takes values out of YAML nodes and says what is wrong with them. A value that is wrong is
/// reported once and comes out empty, so that reading goes on and finds everything.
class NodeReader {
  public:
    explicit NodeReader(Findings* findings) : findings_(findings) {}  // `findings` outlives this.

    Findings& findings() const { return *findings_; }

    /// Errors: `manifest.kind_wrong`.
    bool is_mapping(const Node& node) const;
    /// Reports keys outside `known`: `manifest.key_unknown` with the nearest of them.
    void check_keys(const Node& mapping, std::span<const std::string_view> known,
                    UnknownKey unknown) const;

    /// The value of a key; nothing when there is none or it is null.
    std::optional<Node> find(const Node& mapping, std::string_view key) const;
    /// The value of a key, null too. Reports `manifest.key_missing`.
    std::optional<Node> require(const Node& mapping, std::string_view key) const;
    /// The items of a list, none when it is not a list. Reports `manifest.kind_wrong`.
    std::vector<Node> items(const Node& node) const;

    /// A string. Reports `manifest.kind_wrong`, `manifest.text_unquoted`; null is the empty string
    /// where plain text is accepted.
    std::string text(const Node& node, PlainText plain = PlainText::refused) const;
    /// The string of a key that must be there and must not be empty, else empty and reported
    /// (`manifest.value_empty`).
    std::string required_text(const Node& mapping, std::string_view key,
                              PlainText plain = PlainText::refused) const;
    std::optional<std::string> optional_text(const Node& mapping, std::string_view key) const;
    /// A mapping of strings.
    TextMap text_map(const Node& node, PlainText plain = PlainText::refused) const;
    /// A whole number. Reports `manifest.number_wrong`.
    std::optional<std::uint32_t> count(const Node& node, CountRange range) const;

  private:
    Findings* findings_;
};

/// "a list", "a mapping", "a number", ... for messages.
std::string_view kind_of(const codec::YamlNode& node);

/// Path of a mapping's key: `spec.name`, or `annotations["a.b"]` for keys that are no plain words.
std::string key_path(std::string_view path, std::string_view key);

}  // namespace weft::manifest
