#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/core/nearest.h"
#include "platform/manifest/read.h"

namespace weft::manifest {
namespace {

constexpr std::array<std::string_view, 4> component_keys{"name", "type", "properties", "traits"};
constexpr std::array<std::string_view, 5> property_keys{"image", "application", "id", "config",
                                                        "secrets"};
constexpr std::array<std::string_view, 2> shared_keys{"name", "component"};
constexpr std::array<std::string_view, 2> trait_keys{"type", "properties"};
constexpr std::array<std::string_view, 2> kinds{"component", "capability"};
constexpr std::array<std::string_view, 6> trait_types{"spreadscaler", "daemonscaler", "link",
                                                      "pool",         "limits",       "rollout"};
constexpr std::string_view old_link_type = "linkdef";

/// Whether the kind is known.
bool read_kind(const NodeReader& reader, const Node& node, Component& component) {
    const auto type = reader.required_text(node, "type");
    if (type == "component" || type == "actor") return true;
    if (!type.empty()) component.kind = Component::Kind::capability;
    if (type.empty() || type == "capability") return !type.empty();
    const auto close = nearest(type, kinds);
    reader.findings().error(
        "manifest.component_type_unknown", reader.find(node, "type")->place(),
        fmt::format("component type {} is neither 'component' nor 'capability'", quoted(type)),
        close);
    return false;
}

void read_image(const NodeReader& reader, const Node& properties, Component& component) {
    const auto node = reader.find(properties, "image");
    if (!node) return;
    component.image_place = node->place();
    const auto errors_before = reader.findings().errors();
    const auto text = reader.text(*node);
    if (reader.findings().errors() > errors_before) {
        component.image = ImageRef{};  // Wrong, but there: nothing more to say about it.
        return;
    }
    auto image = classify_image(text);
    if (!image) reader.findings().error(image.error(), node->place());
    component.image = image ? std::move(*image) : ImageRef{};
}

void read_shared(const NodeReader& reader, const Node& properties, Component& component) {
    const auto node = reader.find(properties, "application");
    if (!node || !reader.is_mapping(*node)) return;
    reader.check_keys(*node, shared_keys, UnknownKey::ignored);
    component.shared = SharedRef{reader.required_text(*node, "name"),
                                 reader.required_text(*node, "component"), node->place()};
}

void read_properties(const NodeReader& reader, const Node& properties, Component& component) {
    if (!reader.is_mapping(properties)) return;
    reader.check_keys(properties, property_keys, UnknownKey::error);
    read_image(reader, properties, component);
    read_shared(reader, properties, component);
    component.id = reader.optional_text(properties, "id");
    if (properties.yaml->find("config") != nullptr)
        component.configs = read_configs(reader, *reader.require(properties, "config"));
    if (properties.yaml->find("secrets") != nullptr)
        component.secrets = read_secrets(reader, *reader.require(properties, "secrets"));
}

/// A trait that may stand once.
void report_repeated(const NodeReader& reader, const Place& place, std::string_view type) {
    reader.findings().error(
        "manifest.trait_repeated", place,
        fmt::format("a second '{}' trait; only the first one counts, remove one", type));
}

void keep_first_limits(const NodeReader& reader, std::optional<Place>& slot, const Node& properties,
                       std::string_view type, Component& component) {
    if (slot) return report_repeated(reader, properties.place(), type);
    slot = properties.place();
    read_limits(reader, properties, type, component.limits);
}

/// wadm accepts several scalers, so a second one is not an error there.
void keep_first_scaler(const NodeReader& reader, Scaler scaler, std::string_view type,
                       Component& component) {
    if (!component.scaler)
        component.scaler = std::move(scaler);
    else
        reader.findings().warn(
            "manifest.scaler_repeated", scaler.place,
            fmt::format("a second '{}' trait; only the first one counts, remove one", type));
}

void read_custom(const NodeReader& reader, const Node& trait, std::string type,
                 Component& component) {
    const auto close = type == old_link_type ? "link" : nearest(type, trait_types);
    reader.findings().warn(
        "manifest.trait_ignored", trait.place(),
        fmt::format("trait {} is not known and has no effect{}", quoted(type),
                    close.empty() ? "" : fmt::format("; did you mean '{}'?", close)),
        close);
    CustomTrait custom{std::move(type), "", trait.place()};
    // The 0.x name of a link: wadm still checks that its target is there.
    const auto properties = reader.find(trait, "properties");
    const auto* const target = properties ? properties->yaml->find("target") : nullptr;
    const auto* const name = target == nullptr      ? nullptr
                             : target->is_mapping() ? target->find("name")
                                                    : target;
    const bool is_link = target != nullptr && properties->yaml->find("namespace") != nullptr &&
                         properties->yaml->find("package") != nullptr &&
                         properties->yaml->find("interfaces") != nullptr;
    if (is_link && name != nullptr && name->is_scalar()) custom.link_target = name->text;
    component.custom_traits.push_back(std::move(custom));
}

void read_trait(const NodeReader& reader, const Node& trait, Component& component) {
    if (!reader.is_mapping(trait)) return;
    reader.check_keys(trait, trait_keys, UnknownKey::error);
    auto type = reader.required_text(trait, "type", PlainText::accepted);
    const auto properties = reader.require(trait, "properties");
    if (type.empty() || !properties) return;
    if (type == "spreadscaler" || type == "daemonscaler") {
        const auto kind = type == "spreadscaler" ? Scaler::Kind::spread : Scaler::Kind::daemon;
        keep_first_scaler(reader, read_scaler(reader, *properties, kind), type, component);
    } else if (type == "link") {
        component.links.push_back(read_link(reader, *properties));
    } else if (type == "pool") {
        keep_first_limits(reader, component.pool_place, *properties, type, component);
    } else if (type == "limits") {
        keep_first_limits(reader, component.limits_place, *properties, type, component);
    } else if (type == "rollout") {
        auto rollout = read_rollout(reader, *properties);
        if (component.rollout) return report_repeated(reader, rollout.place, type);
        component.rollout = std::move(rollout);
    } else {
        read_custom(reader, trait, std::move(type), component);
    }
}

}  // namespace

Component read_component(const NodeReader& reader, const Node& node) {
    Component component;
    component.place = node.place();
    if (!reader.is_mapping(node)) return component;
    reader.check_keys(node, component_keys, UnknownKey::ignored);
    component.name = reader.required_text(node, "name", PlainText::accepted);
    const bool is_kind_known = read_kind(reader, node, component);
    if (const auto properties = reader.require(node, "properties"))
        read_properties(reader, *properties, component);
    else
        component.image = ImageRef{};  // Reported already: validation need not miss the image too.
    if (!is_kind_known && component.image) component.image = ImageRef{};  // For nobody knows whose.
    if (const auto traits = reader.find(node, "traits"))
        for (const auto& trait : reader.items(*traits)) read_trait(reader, trait, component);
    return component;
}

}  // namespace weft::manifest
