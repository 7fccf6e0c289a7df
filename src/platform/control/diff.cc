#include <algorithm>
#include <set>

#include "platform/control/desired.h"

namespace weft::control {
namespace {

using Kind = Action::Kind;

std::optional<Kind> change_of(const Component& desired, const Component& running) {
    if (desired.digest != running.digest || desired.settings.wasi != running.settings.wasi)
        return Kind::update;
    if (desired.settings.limits != running.settings.limits) return Kind::scale;
    return std::nullopt;
}

/// Whether what answers the imports of a component differs: its own links, or how they are set up.
bool has_other_links(const capability::ComponentId& id, const State& desired,
                     const State& running) {
    const auto differs = [&](const auto& a, const auto& b) {
        for (const auto& [key, link] : links_from(id, a)) {
            const auto other = b.find(key);
            if (other == b.end() || other->second != link) return true;
        }
        return false;
    };
    return differs(desired.links, running.links) || differs(running.links, desired.links);
}

}  // namespace

std::ranges::subrange<Links::const_iterator> links_from(const capability::ComponentId& source,
                                                        const Links& links) {
    const auto first =
        links.lower_bound({.source = source, .target = {}, .name = {}, .ns = {}, .package = {}});
    const auto last = std::find_if(first, links.end(),
                                   [&](const auto& link) { return link.first.source != source; });
    return {first, last};
}

capability::LinkChange link_change(const State& desired, const State& running,
                                   std::string_view provider, bool is_answered_by_provider) {
    const auto is_one = [&](const capability::Link& link) {
        return link.provider == provider && link.is_answered_by_provider == is_answered_by_provider;
    };
    capability::LinkChange change;
    for (const auto& [key, link] : desired.links) {
        const auto before = running.links.find(key);
        if (is_one(link) && (before == running.links.end() || before->second != link))
            change.put.push_back(link);
    }
    for (const auto& [key, link] : running.links) {
        const auto after = desired.links.find(key);
        if (is_one(link) && (after == desired.links.end() || !is_one(after->second)))
            change.taken.push_back(key);
    }
    return change;
}

std::vector<Action> diff(const State& desired, const State& running) {
    std::vector<Action> actions;
    std::set<std::string> providers;
    for (const auto* links : {&desired.links, &running.links})
        for (const auto& [key, link] : *links)
            if (!link.provider.empty()) providers.insert(link.provider);
    const auto add_links = [&](Kind kind) {
        for (const auto& provider : providers) {
            const auto change = link_change(desired, running, provider, kind != Kind::change_links);
            const bool puts = kind != Kind::close_links && !change.put.empty();
            const bool takes = kind != Kind::open_links && !change.taken.empty();
            if (puts || takes) actions.push_back({kind, provider});
        }
    };
    add_links(Kind::open_links);
    for (const auto& [id, component] : desired.components) {
        const auto before = running.components.find(id);
        const auto change = before == running.components.end()
                                ? std::optional(Kind::start)
                                : change_of(component, before->second);
        if (change) actions.push_back({*change, id});
        if (change != Kind::start && change != Kind::update &&
            (has_other_links(id, desired, running) ||
             component.settings.config != before->second.settings.config))
            actions.push_back({Kind::bind, id});
    }
    add_links(Kind::change_links);
    for (const auto& [id, component] : running.components)
        if (!desired.components.contains(id)) actions.push_back({Kind::retire, id});
    add_links(Kind::close_links);
    return actions;
}

}  // namespace weft::control
