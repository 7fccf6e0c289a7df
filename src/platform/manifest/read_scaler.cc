#include <array>
#include <limits>

#include "platform/manifest/read.h"

namespace weft::manifest {
namespace {

constexpr std::array<std::string_view, 3> scaler_keys{"instances", "replicas", "spread"};
constexpr std::array<std::string_view, 3> spread_keys{"name", "requirements", "weight"};
constexpr CountRange any_count{0, std::numeric_limits<std::uint32_t>::max()};

SpreadRule read_rule(const NodeReader& reader, const Node& item) {
    SpreadRule rule;
    rule.place = item.place();
    if (!reader.is_mapping(item)) return rule;
    reader.check_keys(item, spread_keys, UnknownKey::error);
    rule.name = reader.required_text(item, "name");
    if (const auto requirements = reader.require(item, "requirements"))
        rule.requirements = reader.text_map(*requirements);
    if (const auto weight = reader.find(item, "weight"))
        rule.weight = reader.count(*weight, any_count).value_or(rule.weight);
    return rule;
}

}  // namespace

Scaler read_scaler(const NodeReader& reader, const Node& properties, Scaler::Kind kind) {
    Scaler scaler;
    scaler.kind = kind;
    scaler.place = properties.place();
    if (!reader.is_mapping(properties)) return scaler;
    reader.check_keys(properties, scaler_keys, UnknownKey::error);
    const bool is_old = properties.yaml->find("replicas") != nullptr;
    if (is_old && properties.yaml->find("instances") != nullptr)
        reader.findings().error("manifest.key_repeated", properties.place(),
                                "'replicas' is the older name of 'instances'; keep one of them");
    if (const auto node = reader.require(properties, is_old ? "replicas" : "instances")) {
        scaler.instances_place = node->place();
        scaler.instances = reader.count(*node, any_count).value_or(scaler.instances);
        if (scaler.instances == 0)
            reader.findings().warn("manifest.instances_zero", node->place(),
                                   "no instance is asked for, so this will not run");
    }
    if (properties.yaml->find("spread") != nullptr)
        for (const auto& item : reader.items(*reader.require(properties, "spread")))
            scaler.rules.push_back(read_rule(reader, item));
    return scaler;
}

}  // namespace weft::manifest
