#include "base/codec/yaml.h"
#include "base/codec/yaml_core_schema.h"

namespace weft::codec {

namespace {

bool is_plain(const YamlNode& node) {
    return node.is_scalar() && node.style == YamlNode::Style::plain;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
    for (const auto& entry : entries)
        if (entry.key == key) return &entry.value;
    return nullptr;
}

bool YamlNode::is_null() const { return is_plain(*this) && core_type(text) == CoreType::null; }

std::optional<bool> YamlNode::as_bool() const {
    if (!is_plain(*this) || core_type(text) != CoreType::boolean) return std::nullopt;
    return text[0] == 't' || text[0] == 'T';
}

std::optional<std::int64_t> YamlNode::as_int() const {
    return is_plain(*this) ? core_int(text) : std::nullopt;
}

std::optional<double> YamlNode::as_double() const {
    return is_plain(*this) ? core_double(text) : std::nullopt;
}

const std::string* YamlNode::as_string() const {
    if (!is_scalar()) return nullptr;
    return !is_plain(*this) || core_type(text) == CoreType::string ? &text : nullptr;
}

}  // namespace weft::codec
