#include "base/codec/yaml_write.h"

#include <algorithm>
#include <array>

#include "base/codec/json.h"
#include "base/codec/yaml_core_schema.h"

namespace weft::codec {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Words that YAML 1.1 readers take for booleans.
bool is_old_boolean(std::string_view text) {
    constexpr std::array<std::string_view, 6> words = {"yes", "no", "on", "off", "y", "n"};
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return std::ranges::find(words, lower) != words.end();
}

/// Whether every YAML reader takes the bare text for this very string.
bool is_safe_bare(std::string_view text) {
    if (text.empty() || !is_letter(text.front()) || text.ends_with(':')) return false;
    const auto is_safe = [](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') ||
               std::string_view("_-./:@").find(c) != std::string_view::npos;
    };
    return std::ranges::all_of(text, is_safe) && core_type(text) == CoreType::string &&
           !is_old_boolean(text);
}

class Writer {
  public:
    void write(const YamlNode& node, std::size_t indent) {
        switch (node.kind) {
            case YamlNode::Kind::scalar: write_scalar(node); break;
            case YamlNode::Kind::sequence: write_sequence(node, indent); break;
            case YamlNode::Kind::mapping: write_mapping(node, indent); break;
        }
    }

    std::string take() { return std::move(out_); }

  private:
    static bool is_block(const YamlNode& node) {
        return !node.items.empty() || !node.entries.empty();
    }

    void write_string(std::string_view text) {
        if (is_safe_bare(text))
            out_ += text;
        else
            append_json_string(out_, text);  // JSON's escapes are YAML's too
    }

    void write_scalar(const YamlNode& node) {
        if (node.as_string())
            write_string(node.text);
        else
            out_ += node.text.empty() ? "null" : node.text;
        out_.push_back('\n');
    }

    void write_sequence(const YamlNode& node, std::size_t indent) {
        if (node.items.empty()) out_ += "[]\n";
        bool first = true;
        for (const auto& item : node.items) {
            if (!std::exchange(first, false)) out_.append(indent, ' ');
            out_ += "- ";
            write(item, indent + 2);
        }
    }

    void write_mapping(const YamlNode& node, std::size_t indent) {
        if (node.entries.empty()) out_ += "{}\n";
        bool first = true;
        for (const auto& entry : node.entries) {
            if (!std::exchange(first, false)) out_.append(indent, ' ');
            write_string(entry.key);
            out_ += is_block(entry.value) ? ":\n" : ": ";
            if (is_block(entry.value)) out_.append(indent + 2, ' ');
            write(entry.value, indent + 2);
        }
    }

    std::string out_;
};

}  // namespace

YamlNode yaml_string(std::string_view text) {
    YamlNode node;
    node.style = YamlNode::Style::quoted;
    node.text = text;
    return node;
}

YamlNode yaml_plain(std::string_view text) {
    YamlNode node;
    node.text = text;
    return node;
}

YamlNode yaml_sequence(std::vector<YamlNode> items) {
    YamlNode node;
    node.kind = YamlNode::Kind::sequence;
    node.items = std::move(items);
    return node;
}

YamlNode yaml_mapping(std::vector<YamlEntry> entries) {
    YamlNode node;
    node.kind = YamlNode::Kind::mapping;
    node.entries = std::move(entries);
    return node;
}

YamlEntry yaml_entry(std::string_view key, YamlNode value) {
    return {.key = std::string(key), .key_mark = {}, .value = std::move(value)};
}

std::string write_yaml(const YamlNode& node) {
    Writer writer;
    writer.write(node, 0);
    return writer.take();
}

}  // namespace weft::codec
