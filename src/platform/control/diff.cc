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

}  // namespace

capability::LinkChange link_change(const State& desired, const State& running,
                                   std::string_view provider) {
    capability::LinkChange change;
    for (const auto& [key, link] : desired.links) {
        const auto before = running.links.find(key);
        if (link.provider == provider && (before == running.links.end() || before->second != link))
            change.put.push_back(link);
    }
    for (const auto& [key, link] : running.links) {
        const auto after = desired.links.find(key);
        if (link.provider == provider &&
            (after == desired.links.end() || after->second.provider != provider))
            change.taken.push_back(key);
    }
    return change;
}

std::vector<Action> diff(const State& desired, const State& running) {
    std::vector<Action> actions;
    for (const auto& [id, component] : desired.components) {
        const auto before = running.components.find(id);
        if (before == running.components.end())
            actions.push_back({Kind::start, id});
        else if (const auto change = change_of(component, before->second))
            actions.push_back({*change, id});
    }
    std::set<std::string> providers;
    for (const auto* links : {&desired.links, &running.links})
        for (const auto& [key, link] : *links) providers.insert(link.provider);
    for (const auto& provider : providers) {
        const auto change = link_change(desired, running, provider);
        if (!change.put.empty() || !change.taken.empty())
            actions.push_back({Kind::change_links, provider});
    }
    for (const auto& [id, component] : running.components)
        if (!desired.components.contains(id)) actions.push_back({Kind::retire, id});
    return actions;
}

}  // namespace weft::control
