#include <algorithm>

#include "platform/control/desired.h"

namespace weft::control {
namespace {

using engine::Limit;
using manifest::ImageRef;

/// A part of an id as wadm writes it: lower case, everything else than letters and digits as '_'.
std::string normalised(std::string_view part) {
    std::string out(part);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        const bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        // Letters beyond ASCII stay: only ASCII is replaced.
        if (!is_kept && static_cast<unsigned char>(c) < 0x80) c = '_';
    }
    return out;
}

capability::ComponentId id_of(const manifest::Application& application,
                              const manifest::Component& component) {
    if (component.id) return *component.id;
    return normalised(application.name) + "-" + normalised(component.name);
}

Result<capability::Config> merge(const std::vector<manifest::Config>& configs,
                                 const manifest::Component& owner) {
    capability::Config all;
    for (const auto& config : configs) {
        if (!config.properties)
            return fail(Errc::not_found, "app.config_missing",
                        "component '{}' refers to configuration '{}', which has no properties "
                        "here; write them into the manifest",
                        owner.name, config.name);
        for (const auto& [key, value] : *config.properties) all[key] = value;
    }
    return all;
}

Result<std::string> path_of(const manifest::Component& component, const std::string& directory) {
    const auto& image = *component.image;
    if (image.form != ImageRef::Form::file && image.form != ImageRef::Form::relative)
        return fail(Errc::unsupported, "app.image_unsupported",
                    "component '{}': images are read from files in this version, not from '{}'; "
                    "write file://PATH",
                    component.name, image.text);
    if (image.path.starts_with('/')) return image.path;
    return directory + "/" + image.path;
}

Result<host::ComponentSettings> settings_of(const manifest::Application& application,
                                            const manifest::Component& component,
                                            const std::string& directory) {
    if (component.rollout)
        return fail(Errc::unsupported, "app.trait_unsupported",
                    "component '{}' has a 'rollout' trait, on which this version does not act; "
                    "take it out",
                    component.name);
    if (!component.links.empty())
        return fail(Errc::unsupported, "app.link_unsupported",
                    "component '{}' links to '{}'; this version has no provider that components "
                    "call",
                    component.name, component.links.front().target);
    host::ComponentSettings settings;
    settings.id = id_of(application, component);
    settings.limits = component.limits;
    TRY(settings.path, path_of(component, directory));
    // `instances` of a scaler is wasmCloud's bound on concurrent calls; fewer than our default
    // would only slow it down.
    auto& limits = settings.limits;
    if (component.scaler && !limits.is_set(Limit::concurrency))
        limits.set(Limit::concurrency, std::max<std::uint64_t>(limits[Limit::concurrency],
                                                               component.scaler->instances));
    return settings;
}

Result<void> add_provider(Application& out, const manifest::Application& application,
                          const manifest::Component& component) {
    const auto& builtin = component.image->builtin;
    if (!builtin)
        return fail(Errc::unsupported, "app.provider_unsupported",
                    "provider '{}' ({}) is not in this version", component.name,
                    component.image->text);
    const auto id = id_of(application, component);
    out.providers.push_back({id, std::string(builtin->name)});
    TRY(const auto provider_config, merge(component.configs, component));
    for (const auto& link : component.links) {
        const manifest::Component* target = application.find(link.target);
        if (target == nullptr || target->kind != manifest::Component::Kind::component)
            return fail(
                Errc::invalid_argument, "app.link_target",
                "the link of '{}' leads to '{}', which is not a component of this application",
                component.name, link.target);
        capability::Link planned;
        planned.name = link.name;
        planned.source = id;
        planned.target = id_of(application, *target);
        planned.ns = link.ns;
        planned.package = link.package;
        planned.interfaces = link.interfaces;
        planned.provider = builtin->name;
        planned.provider_config = provider_config;
        TRY(planned.source_config, merge(link.source_end.configs, component));
        TRY(planned.target_config, merge(link.target_end.configs, component));
        out.links.push_back(std::move(planned));
    }
    return ok();
}

}  // namespace

Result<Application> plan(const manifest::Application& application, const std::string& directory) {
    Application out;
    out.name = application.name;
    for (const auto& component : application.components) {
        if (component.shared)
            return fail(Errc::unsupported, "app.shared_unsupported",
                        "component '{}' belongs to application '{}'; sharing needs a lattice, "
                        "which this version does not have",
                        component.name, component.shared->application);
        if (component.kind == manifest::Component::Kind::capability) {
            CHECK(add_provider(out, application, component));
            continue;
        }
        TRY(auto settings, settings_of(application, component, directory));
        out.components.push_back(std::move(settings));
    }
    return out;
}

}  // namespace weft::control
