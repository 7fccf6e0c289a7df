#include <set>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "base/core/nearest.h"
#include "platform/manifest/interfaces.h"
#include "platform/manifest/validate.h"

namespace weft::manifest {
namespace {

constexpr std::size_t candidates_max = 100;
constexpr std::size_t candidate_bytes_max = 64;

/// Names that may be meant; a few short ones, for comparing all of a large manifest is slow.
std::vector<std::string_view> candidates(const Application& application) {
    std::vector<std::string_view> names;
    for (const auto& component : application.components)
        if (component.name.size() <= candidate_bytes_max && names.size() < candidates_max)
            names.push_back(component.name);
    return names;
}

class LinkCheck {
  public:
    LinkCheck(const Application& application, Findings& findings)
        : findings_(findings), candidates_(candidates(application)) {
        for (const auto& component : application.components) names_.insert(component.name);
    }

    void check_target(std::string_view target, const Place& place) {
        if (target.empty() || names_.contains(target)) return;
        const auto close = findings_.is_full() ? std::string_view{} : nearest(target, candidates_);
        findings_.error(
            "manifest.link_target_missing", place,
            fmt::format("link target {} is not a component of this manifest{}", quoted(target),
                        close.empty() ? "" : "; did you mean " + quoted(close) + "?"),
            close);
    }

    void check_interfaces(const Link& link) {
        if (link.ns.empty() || link.package.empty()) return;
        for (const auto& interface : link.interfaces) {
            const auto check = check_interface(link.ns, link.package, interface);
            if (!check.is_unrecognised) continue;
            const auto name = fmt::format("{}:{}/{}", link.ns, link.package, interface);
            findings_.warn(
                "manifest.interface_unrecognised", link.place,
                fmt::format(
                    "interface {} is not one that is known{}", quoted(name),
                    check.suggestion.empty() ? "" : "; did you mean '" + check.suggestion + "'?"),
                check.suggestion);
        }
    }

    /// Links of one component differ in name, namespace, package or interface.
    void check_unique(const Component& component) {
        using Key =
            std::tuple<std::string_view, std::string_view, std::string_view, std::string_view>;
        std::set<Key> seen;
        for (const auto& link : component.links)
            for (const auto& interface : link.interfaces) {
                if (seen.insert({link.name, link.ns, link.package, interface}).second) continue;
                const auto name = fmt::format("{}:{}/{}", link.ns, link.package, interface);
                findings_.error(
                    "manifest.link_repeated", link.place,
                    fmt::format("component {} has another link {} for {}; give one of them "
                                "a 'name'",
                                quoted(component.name), quoted(link.name), quoted(name)));
            }
    }

    /// A configuration that is defined by a link is defined once in a manifest.
    void check_configs(const std::vector<Config>& configs) {
        for (const auto& config : configs)
            if (config.properties && !config.name.empty() && !configs_.insert(config.name).second)
                findings_.error(
                    "manifest.link_config_repeated", config.place,
                    fmt::format("link configuration {} is defined before; rename it or drop "
                                "its properties to share that one",
                                quoted(config.name)));
    }

  private:
    Findings& findings_;
    std::vector<std::string_view> candidates_;
    std::set<std::string_view> names_;
    std::set<std::string_view> configs_;
};

}  // namespace

void validate_links(const Application& application, Findings& findings) {
    LinkCheck check(application, findings);
    for (const auto& component : application.components) {
        check.check_unique(component);
        for (const auto& link : component.links) {
            check.check_target(link.target, link.place);
            check.check_interfaces(link);
            check.check_configs(link.target_end.configs);
            check.check_configs(link.source_end.configs);
        }
        for (const auto& custom : component.custom_traits)
            check.check_target(custom.link_target, custom.place);
    }
}

}  // namespace weft::manifest
