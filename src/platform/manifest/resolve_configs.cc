#include <map>

#include <fmt/format.h>

#include "platform/manifest/validate.h"

namespace weft::manifest {
namespace {

/// Calls `use(config)` for each configuration that a component, a provider or a link is given.
template <typename Use>
void for_each_config(Application& application, const Use& use) {
    for (auto& component : application.components) {
        if (!component.shared)
            for (auto& config : component.configs) use(config);
        for (auto& link : component.links) {
            for (auto& config : link.source_end.configs) use(config);
            for (auto& config : link.target_end.configs) use(config);
        }
    }
}

class Definitions {
  public:
    explicit Definitions(Findings& findings) : findings_(findings) {}

    /// The first one of a name counts, as long as all say the same.
    void add(const Config& config) {
        if (!config.properties || config.name.empty()) return;
        const auto [first, is_new] = by_name_.emplace(config.name, config);
        if (!is_new && first->second.properties != config.properties)
            findings_.warn(
                "manifest.config_repeated", config.place,
                fmt::format("configuration {} is defined before with other properties; where only "
                            "its name is written the first counts, so rename one",
                            quoted(config.name)));
    }

    void resolve(Config& config) const {
        if (config.properties || config.name.empty()) return;
        const auto found = by_name_.find(config.name);
        if (found == by_name_.end())
            return findings_.unsupported(
                "manifest.config_missing", config.place,
                fmt::format("configuration {} has no properties in this manifest, and this version "
                            "keeps none elsewhere; write its 'properties' here",
                            quoted(config.name)));
        config.properties = found->second.properties;
        config.property_places = found->second.property_places;
    }

  private:
    Findings& findings_;
    std::map<std::string, Config> by_name_;
};

}  // namespace

void resolve_configs(Application& application, Findings& findings) {
    Definitions definitions(findings);
    for_each_config(application, [&](const Config& config) { definitions.add(config); });
    for_each_config(application, [&](Config& config) { definitions.resolve(config); });
}

}  // namespace weft::manifest
