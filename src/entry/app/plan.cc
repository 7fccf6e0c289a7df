#include "entry/app/plan.h"

#include <algorithm>

namespace weft::app {
namespace {

using manifest::Component;
using manifest::ImageRef;

capability::ComponentId id_of(const manifest::Application& application,
                              const Component& component) {
    if (component.id) return *component.id;
    return application.name + "-" + component.name;
}

Result<capability::Config> merge(const std::vector<manifest::Config>& configs,
                                 const Component& owner) {
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

host::Admission admission_of(const Component& component) {
    host::Admission admission;
    // `instances` of a scaler is wasmCloud's bound on concurrent calls; fewer than our default
    // would only slow it down.
    if (component.scaler)
        admission.concurrency_max =
            std::max(admission.concurrency_max, component.scaler->instances);
    if (!component.limits) return admission;
    admission.concurrency_max = component.limits->concurrency.value_or(admission.concurrency_max);
    admission.queue_max = component.limits->queue.value_or(admission.queue_max);
    admission.deadline = component.limits->deadline.value_or(admission.deadline);
    return admission;
}

engine::CallLimits limits_of(const Component& component) {
    engine::CallLimits limits;
    if (!component.limits) return limits;
    const auto& given = *component.limits;
    limits.memory_bytes_max = given.memory_bytes.value_or(limits.memory_bytes_max);
    limits.hostcall_bytes_max = given.host_data_bytes.value_or(limits.hostcall_bytes_max);
    limits.table_elements_max = given.table_elements.value_or(limits.table_elements_max);
    limits.handles_max = given.handles.value_or(limits.handles_max);
    limits.header_bytes_max =
        static_cast<std::uint32_t>(given.fields_bytes.value_or(limits.header_bytes_max));
    limits.random_bytes_max =
        static_cast<std::uint32_t>(given.random_bytes.value_or(limits.random_bytes_max));
    limits.parts_max = given.parts.value_or(limits.parts_max);
    limits.cpu_time_max = given.cpu_time.value_or(limits.cpu_time_max);
    return limits;
}

host::Reuse reuse_of(const Component& component) {
    host::Reuse reuse;
    if (!component.pool) return reuse;
    reuse.calls = component.pool->reuse.value_or(reuse.calls);
    reuse.instances_min = component.pool->min.value_or(reuse.instances_min);
    reuse.instances_max = component.pool->max.value_or(reuse.instances_max);
    reuse.idle = component.pool->idle.value_or(reuse.idle);
    return reuse;
}

/// Weft's own traits are acted on or refused, never read and forgotten.
Result<void> check_traits(const Component& component) {
    if (component.rollout)
        return fail(
            Errc::unsupported, "app.trait_unsupported",
            "component '{}' has a 'rollout' trait, on which this version does not act; take it out",
            component.name);
    return ok();
}

Result<std::string> path_of(const Component& component, const std::string& directory) {
    const auto& image = *component.image;
    if (image.form != ImageRef::Form::file && image.form != ImageRef::Form::relative)
        return fail(Errc::unsupported, "app.image_unsupported",
                    "component '{}': images are read from files in this version, not from '{}'; "
                    "write file://PATH",
                    component.name, image.text);
    if (image.path.starts_with('/')) return image.path;
    return directory + "/" + image.path;
}

Result<PlannedHttpServer> plan_http_server(const manifest::Application& application,
                                           const Component& component) {
    PlannedHttpServer server;
    server.id = id_of(application, component);
    TRY(server.config, merge(component.configs, component));
    for (const auto& link : component.links) {
        capability::Link planned;
        planned.name = link.name;
        planned.source = server.id;
        planned.ns = link.ns;
        planned.package = link.package;
        planned.interfaces = link.interfaces;
        const Component* target = application.find(link.target);
        if (target == nullptr || target->kind != Component::Kind::component)
            return fail(
                Errc::invalid_argument, "app.link_target",
                "the link of '{}' leads to '{}', which is not a component of this application",
                component.name, link.target);
        planned.target = id_of(application, *target);
        TRY(planned.source_config, merge(link.source_end.configs, component));
        TRY(planned.target_config, merge(link.target_end.configs, component));
        server.links.push_back(std::move(planned));
    }
    return server;
}

Result<void> check_id(const Plan& plan, const capability::ComponentId& id) {
    const bool taken =
        std::ranges::any_of(plan.components, [&](const auto& one) { return one.id == id; }) ||
        std::ranges::any_of(plan.http_servers, [&](const auto& one) { return one.id == id; });
    if (taken)
        return fail(Errc::already_exists, "app.id_taken", "the id '{}' is used by two applications",
                    id);
    return ok();
}

}  // namespace

Result<void> add_to_plan(Plan& plan, const manifest::Application& application,
                         const std::string& directory) {
    for (const auto& component : application.components) {
        CHECK(check_id(plan, id_of(application, component)));
        if (component.shared)
            return fail(Errc::unsupported, "app.shared_unsupported",
                        "component '{}' belongs to application '{}'; sharing needs a lattice, "
                        "which this version has not",
                        component.name, component.shared->application);
        if (component.kind == Component::Kind::component) {
            CHECK(check_traits(component));
            TRY(auto path, path_of(component, directory));
            PlannedComponent planned{.id = id_of(application, component),
                                     .path = std::move(path),
                                     .limits = limits_of(component),
                                     .admission = admission_of(component),
                                     .reuse = reuse_of(component)};
            if (component.limits)
                planned.log_bytes_per_s =
                    component.limits->log_bytes_per_s.value_or(planned.log_bytes_per_s);
            plan.components.push_back(std::move(planned));
            if (!component.links.empty())
                return fail(Errc::unsupported, "app.link_unsupported",
                            "component '{}' links to '{}'; this version has no provider that "
                            "components call",
                            component.name, component.links.front().target);
            continue;
        }
        const auto& builtin = component.image->builtin;
        if (!builtin || builtin->contract != manifest::Contract::http_server)
            return fail(
                Errc::unsupported, "app.provider_unsupported",
                "provider '{}' ({}) is not in this version; the one there is, is http-server",
                component.name, component.image->text);
        TRY(auto server, plan_http_server(application, component));
        plan.http_servers.push_back(std::move(server));
    }
    return ok();
}

}  // namespace weft::app
