#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/codec/yaml.h"
#include "base/core/time.h"
#include "io/engine/limits.h"
#include "platform/manifest/image.h"

namespace weft::manifest {

/// Where an element stands: in the text, and as a path such as `spec.components[0].traits[1]`.
struct Place {
    codec::Mark mark;
    std::string path;
};

using TextMap = std::map<std::string, std::string>;

/// A named configuration. Without properties it refers to one that is managed elsewhere.
struct Config {
    std::string name;
    std::optional<TextMap> properties;
    Place place;
    std::map<std::string, Place> property_places = {};
};

/// A reference to a secret: never the secret itself.
struct Secret {
    std::string name;
    std::string policy;  ///< Name of a Policy whose properties name the backend.
    std::string key;
    std::optional<std::string> field;
    std::optional<std::string> version;
    Place place;
};

/// Hosts whose labels match every requirement share `instances` in proportion to the weights.
struct SpreadRule {
    std::string name;
    TextMap requirements;
    std::uint32_t weight = 100;
    Place place;
};

/// How many: of a component the instances at the same time, of a capability the hosts that run it.
struct Scaler {
    enum class Kind : std::uint8_t {
        spread,  ///< Instances over all matching hosts together.
        daemon,  ///< Instances on each matching host.
    };
    Kind kind = Kind::spread;
    std::uint32_t instances = 1;
    std::vector<SpreadRule> rules;
    Place place;
    Place instances_place;
};

/// What one end of a link is given.
struct LinkEnd {
    std::vector<Config> configs;
    std::vector<Secret> secrets;
};

/// The component that carries the link calls `target` by these interfaces.
struct Link {
    std::string name = "default";
    std::string target;  ///< Name of a component of the same application.
    std::string ns;      ///< WIT namespace: "wasi".
    std::string package;
    std::vector<std::string> interfaces;
    LinkEnd source_end;
    LinkEnd target_end;
    Place place;
};

/// Weft's trait `rollout`: a new version takes over in steps, as long as the gate holds.
struct Rollout {
    enum class Strategy : std::uint8_t { canary };
    Strategy strategy = Strategy::canary;
    std::vector<std::uint32_t> steps_percent;      ///< Ascending, 1 to 100.
    std::optional<double> error_rate_percent_max;  ///< Gate.
    std::optional<Duration> p99_max;               ///< Gate.
    Place place;
};

/// A trait that Weft does not act on.
struct CustomTrait {
    std::string type;
    std::string link_target;  ///< Of a `linkdef`, the 0.x name of links; else empty.
    Place place;
};

/// A component that another application runs.
struct SharedRef {
    std::string application;
    std::string component;
    Place place;
};

struct Component {
    enum class Kind : std::uint8_t { component, capability };
    std::string name;
    Kind kind = Kind::component;
    std::optional<ImageRef> image;    ///< Either this (its text is empty when it was wrong)
    std::optional<SharedRef> shared;  ///< or this is there.
    std::optional<std::string> id;    ///< When absent, derived from the names.
    std::vector<Config> configs;
    std::vector<Secret> secrets;
    std::optional<Scaler> scaler;
    std::vector<Link> links;
    engine::Limits limits;  ///< Weft's traits `limits` and `pool`.
    std::optional<Place> limits_place;
    std::optional<Place> pool_place;
    std::optional<Rollout> rollout;
    std::vector<CustomTrait> custom_traits;
    Place place;
    Place image_place;
};

/// Settings of the whole application, such as a secrets backend.
struct Policy {
    std::string name;
    std::string type;
    TextMap properties;
    Place place;
};

/// wadm's `core.oam.dev/v1beta1` Application, validated.
struct Application {
    std::string name;
    std::string version;  ///< Annotation `version`, empty when there is none.
    TextMap labels;
    TextMap annotations;
    std::vector<Component> components;
    std::vector<Policy> policies;
    Place metadata_place;
    /// Of the annotation that lets other applications use its components, if it is "true".
    std::optional<Place> sharing_place;

    /// The first component of that name, or nullptr.
    const Component* find(std::string_view component_name) const;
};

}  // namespace weft::manifest
