#pragma once

#include <vector>

#include "platform/manifest/node_reader.h"

namespace weft::manifest {

/// A list of `{name, properties?}`.
std::vector<Config> read_configs(const NodeReader& reader, const Node& list);

/// A list of `{name, properties: {policy, key, field?, version?}}`.
std::vector<Secret> read_secrets(const NodeReader& reader, const Node& list);

/// `link` trait's properties, in the current form (`source`, `target: {name, ...}`) and the older
/// one (`target: name`, `source_config`, `target_config`); the current one wins where both stand.
Link read_link(const NodeReader& reader, const Node& properties);

/// Properties of `spreadscaler` and `daemonscaler`.
Scaler read_scaler(const NodeReader& reader, const Node& properties, Scaler::Kind kind);

/// Properties of Weft's own traits; a key that is not known is an error.
/// `trait` is "limits" or "pool", whose keys are those of `engine::limit_rows`.
void read_limits(const NodeReader& reader, const Node& properties, std::string_view trait,
                 engine::Limits& limits);
Rollout read_rollout(const NodeReader& reader, const Node& properties);

/// One item of `spec.components`.
Component read_component(const NodeReader& reader, const Node& node);

/// The whole document.
Application read_application(const NodeReader& reader, const Node& document);

}  // namespace weft::manifest
