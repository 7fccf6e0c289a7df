#include <array>

#include <fmt/format.h>

#include "platform/manifest/read.h"

namespace weft::manifest {
namespace {

constexpr std::array<std::string_view, 8> link_keys{"namespace",     "package",      "interfaces",
                                                    "name",          "source",       "target",
                                                    "source_config", "target_config"};
constexpr std::array<std::string_view, 2> source_keys{"config", "secrets"};
constexpr std::array<std::string_view, 3> target_keys{"name", "config", "secrets"};

LinkEnd read_end(const NodeReader& reader, const Node& mapping) {
    LinkEnd end;
    // An empty list is written `[]`; a key without a value is refused, as wadm does.
    if (mapping.yaml->find("config") != nullptr)
        end.configs = read_configs(reader, *reader.require(mapping, "config"));
    if (mapping.yaml->find("secrets") != nullptr)
        end.secrets = read_secrets(reader, *reader.require(mapping, "secrets"));
    return end;
}

/// The configurations that stand in the older form; `is_used` where the current one does not stand.
void read_old_list(const NodeReader& reader, const Node& old_list, std::string_view end,
                   bool is_used, LinkEnd& out) {
    const auto suggestion = fmt::format("{}.config", end);
    if (!is_used)
        return reader.findings().warn(
            "manifest.key_ignored", old_list.place(),
            fmt::format("'{0}_config' has no effect beside '{0}'; write '{0}: {{config: [...]}}'",
                        end),
            suggestion);
    reader.findings().warn(
        "manifest.key_deprecated", old_list.place(),
        fmt::format("'{0}_config' is the older form; write '{0}: {{config: [...]}}'", end),
        suggestion);
    out.configs = read_configs(reader, old_list);
}

void read_source(const NodeReader& reader, const Node& properties, Link& link) {
    const bool is_old = properties.yaml->find("source") == nullptr;
    if (const auto old_list = reader.find(properties, "source_config"))
        read_old_list(reader, *old_list, "source", is_old, link.source_end);
    if (is_old) return;
    const auto source = *reader.require(properties, "source");
    if (!reader.is_mapping(source)) return;
    reader.check_keys(source, source_keys, UnknownKey::ignored);
    link.source_end = read_end(reader, source);
}

void read_target(const NodeReader& reader, const Node& properties, Link& link) {
    const auto target = reader.require(properties, "target");
    const bool is_old = target && target->yaml->is_scalar();
    if (const auto old_list = reader.find(properties, "target_config"))
        read_old_list(reader, *old_list, "target", is_old, link.target_end);
    if (is_old) link.target = reader.required_text(properties, "target");
    if (!target || is_old) return;
    if (!reader.is_mapping(*target)) return;
    reader.check_keys(*target, target_keys, UnknownKey::ignored);
    link.target = reader.required_text(*target, "name");
    link.target_end = read_end(reader, *target);
}

}  // namespace

Link read_link(const NodeReader& reader, const Node& properties) {
    Link link;
    link.place = properties.place();
    if (!reader.is_mapping(properties)) return link;
    reader.check_keys(properties, link_keys, UnknownKey::ignored);
    link.ns = reader.required_text(properties, "namespace");
    link.package = reader.required_text(properties, "package");
    if (const auto interfaces = reader.require(properties, "interfaces"))
        for (const auto& item : reader.items(*interfaces))
            link.interfaces.push_back(reader.text(item));
    if (auto name = reader.optional_text(properties, "name")) link.name = std::move(*name);
    read_source(reader, properties, link);
    read_target(reader, properties, link);
    return link;
}

}  // namespace weft::manifest
