#include "platform/manifest/node_reader.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/core/nearest.h"

namespace weft::manifest {

std::string_view kind_of(const codec::YamlNode& node) {
    if (node.is_sequence()) return "a list";
    if (node.is_mapping()) return "a mapping";
    if (node.is_null()) return "empty";
    if (node.as_bool()) return "true or false";
    if (node.as_int() || node.as_double()) return "a number";
    return "text";
}

std::string key_path(std::string_view path, std::string_view key) {
    const bool is_word = !key.empty() && key.size() <= 64 && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
    });
    if (!is_word) return fmt::format("{}[{}]", path, quoted(key));
    return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

bool NodeReader::is_mapping(const Node& node) const {
    if (node.yaml->is_mapping()) return true;
    findings_->error("manifest.kind_wrong", node.place(),
                     fmt::format("{} must be a mapping of keys and values, it is {}",
                                 quoted(node.path), kind_of(*node.yaml)));
    return false;
}

void NodeReader::check_keys(const Node& mapping, std::span<const std::string_view> known,
                            UnknownKey unknown) const {
    for (const auto& entry : mapping.yaml->entries) {
        if (std::ranges::find(known, entry.key) != known.end()) continue;
        const Place place{entry.key_mark, key_path(mapping.path, entry.key)};
        const auto close = findings_->is_full() ? std::string_view{} : nearest(entry.key, known);
        const auto hint = close.empty() ? fmt::format("; known here: {}", fmt::join(known, ", "))
                                        : fmt::format("; did you mean '{}'?", close);
        if (unknown == UnknownKey::error)
            findings_->error("manifest.key_unknown", place,
                             fmt::format("key {} is not known{}", quoted(entry.key), hint), close);
        else
            findings_->warn(
                "manifest.key_ignored", place,
                fmt::format("key {} is not known and has no effect{}", quoted(entry.key), hint),
                close);
    }
}

std::optional<Node> NodeReader::find(const Node& mapping, std::string_view key) const {
    const auto* const value = mapping.yaml->find(key);
    if (value == nullptr || (value->is_scalar() && value->is_null())) return std::nullopt;
    return Node{value, key_path(mapping.path, key)};
}

std::optional<Node> NodeReader::require(const Node& mapping, std::string_view key) const {
    if (const auto* const value = mapping.yaml->find(key))
        return Node{value, key_path(mapping.path, key)};
    findings_->error("manifest.key_missing", mapping.place(),
                     fmt::format("key '{}' is missing{}", key,
                                 mapping.path.empty() ? "" : " in " + quoted(mapping.path)));
    return std::nullopt;
}

std::vector<Node> NodeReader::items(const Node& node) const {
    std::vector<Node> all;
    if (!node.yaml->is_sequence()) {
        findings_->error(
            "manifest.kind_wrong", node.place(),
            fmt::format("{} must be a list, it is {}", quoted(node.path), kind_of(*node.yaml)));
        return all;
    }
    for (std::size_t i = 0; i < node.yaml->items.size(); ++i)
        all.push_back({&node.yaml->items[i], fmt::format("{}[{}]", node.path, i)});
    return all;
}

std::string NodeReader::text(const Node& node, PlainText plain) const {
    const auto& yaml = *node.yaml;
    if (yaml.is_scalar() && (plain == PlainText::accepted || yaml.as_string() != nullptr))
        return yaml.is_null() ? "" : yaml.text;
    if (yaml.is_scalar() && !yaml.is_null())
        findings_->error("manifest.text_unquoted", node.place(),
                         fmt::format("{} must be text, it is {}; write it in quotes: \"{}\"",
                                     quoted(node.path), kind_of(yaml), yaml.text.substr(0, 80)));
    else
        findings_->error(
            "manifest.kind_wrong", node.place(),
            fmt::format("{} must be text, it is {}", quoted(node.path), kind_of(yaml)));
    return {};
}

std::string NodeReader::required_text(const Node& mapping, std::string_view key,
                                      PlainText plain) const {
    const auto node = require(mapping, key);
    if (!node) return {};
    if (node->yaml->is_scalar() && (node->yaml->is_null() || node->yaml->text.empty())) {
        findings_->error("manifest.value_empty", node->place(),
                         fmt::format("{} is empty; give it a value", quoted(node->path)));
        return {};
    }
    return text(*node, plain);
}

std::optional<std::string> NodeReader::optional_text(const Node& mapping,
                                                     std::string_view key) const {
    const auto node = find(mapping, key);
    if (!node) return std::nullopt;
    return text(*node);
}

TextMap NodeReader::text_map(const Node& node, PlainText plain) const {
    TextMap map;
    if (!is_mapping(node)) return map;
    for (const auto& entry : node.yaml->entries)
        map[entry.key] = text({&entry.value, key_path(node.path, entry.key)}, plain);
    return map;
}

std::optional<std::uint32_t> NodeReader::count(const Node& node, CountRange range) const {
    const auto number = node.yaml->as_int();
    if (number && *number >= range.min && *number <= range.max)
        return static_cast<std::uint32_t>(*number);
    const bool is_shown = node.yaml->is_scalar() && !node.yaml->is_null();
    const auto is = fmt::format("{}{}{}", kind_of(*node.yaml), is_shown ? " " : "",
                                is_shown ? quoted(node.yaml->text) : "");
    findings_->error("manifest.number_wrong", node.place(),
                     fmt::format("{} must be a whole number from {} to {}, it is {}",
                                 quoted(node.path), range.min, range.max, is));
    return std::nullopt;
}

}  // namespace weft::manifest
