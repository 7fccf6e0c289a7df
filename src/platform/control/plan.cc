#include "platform/control/plan.h"

#include <algorithm>
#include <map>
#include <ranges>

#include <fmt/format.h>

#include "platform/manifest/settings.h"

namespace weft::control {
namespace {

using engine::Limit;
using manifest::ImageRef;
using manifest::quoted;

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

bool is_provider(const manifest::Component& component) {
    return component.kind == manifest::Component::Kind::capability;
}

/// One that is not to run: wadm scales it to nothing, and calls of its links find nobody.
bool is_off(const manifest::Component& component) {
    return component.scaler && component.scaler->instances == 0;
}

/// Later configurations win, key by key.
capability::Config merge(const std::vector<manifest::Config>& configs) {
    capability::Config all;
    for (const auto& config : configs)
        for (const auto& [key, value] : config.properties.value_or(manifest::TextMap()))
            all.insert_or_assign(key, value);
    return all;
}

class Planner {
  public:
    Planner(const manifest::Application& application, const std::string& directory,
            std::span<const capability::ProviderKind> kinds, manifest::Findings& findings)
        : application_(application), directory_(directory), kinds_(kinds), findings_(findings) {}

    Planned plan() {
        out_.application.name = application_.name;
        out_.place = application_.metadata_place;
        report_whole();
        for (const auto& component : application_.components) {
            report_common(component);
            if (component.shared)
                findings_.unsupported(
                    "app.shared_unsupported", component.shared->place,
                    fmt::format("component {} belongs to application {}; this version runs each "
                                "application by itself, so put the component here",
                                quoted(component.name), quoted(component.shared->application)));
            else if (is_provider(component))
                add_provider(component);
            else
                add_component(component);
        }
        return std::move(out_);
    }

  private:
    capability::ComponentId id_of(const manifest::Component& component) const {
        if (component.id) return *component.id;
        return normalised(application_.name) + "-" + normalised(component.name);
    }

    void report_whole() {
        if (application_.sharing_place)
            findings_.warn("app.sharing_ignored", *application_.sharing_place,
                           "other applications cannot use components of this one in this version; "
                           "take it out");
        for (const auto& policy : application_.policies)
            findings_.warn("app.policy_ignored", policy.place,
                           fmt::format("policy {} has no effect in this version; take it out",
                                       quoted(policy.name)));
    }

    void report_secrets(const std::vector<manifest::Secret>& secrets) {
        for (const auto& secret : secrets)
            findings_.unsupported("app.secrets_unsupported", secret.place,
                                  fmt::format("this version has no secrets, so nobody would get "
                                              "{}; take it out",
                                              quoted(secret.name)));
    }

    void report_common(const manifest::Component& component) {
        report_secrets(component.secrets);
        for (const auto& link : component.links) {
            report_secrets(link.source_end.secrets);
            report_secrets(link.target_end.secrets);
        }
        if (!component.scaler) return;
        for (const auto& rule : component.scaler->rules)
            if (!rule.requirements.empty() || rule.weight != manifest::SpreadRule().weight)
                findings_.warn(
                    "app.spread_ignored", rule.place,
                    fmt::format(
                        "this version has one host, without labels, so {} runs here whatever "
                        "the rule says; take it out",
                        quoted(component.name)));
        if (is_provider(component) && component.scaler->instances > 1)
            findings_.warn("app.hosts_ignored", component.scaler->instances_place,
                           fmt::format("this version has one host, so provider {} runs once; "
                                       "write 1",
                                       quoted(component.name)));
    }

    void add_component(const manifest::Component& component) {
        if (component.rollout)
            findings_.unsupported("app.trait_unsupported", component.rollout->place,
                                  "this version does not act on 'rollout'; take it out");
        for (const auto& link : component.links) add_call(component, link);
        const auto& image = component.image;
        if (!image || image->text.empty()) return;
        if (image->form != ImageRef::Form::file && image->form != ImageRef::Form::relative)
            return findings_.unsupported(
                "app.image_unsupported", component.image_place,
                fmt::format("images are read from files in this version, not from {}; write "
                            "file://PATH",
                            quoted(image->text)));
        if (is_off(component)) return;
        host::ComponentSettings settings;
        settings.id = id_of(component);
        settings.limits = component.limits;
        settings.config = merge(component.configs);
        settings.path = image->path.starts_with('/') ? image->path : directory_ + "/" + image->path;
        // `instances` of a scaler is wasmCloud's bound on concurrent calls; fewer than our default
        // would only slow it down.
        auto& limits = settings.limits;
        if (component.scaler && !limits.is_set(Limit::concurrency))
            limits.set(Limit::concurrency, std::max<std::uint64_t>(limits[Limit::concurrency],
                                                                   component.scaler->instances));
        out_.application.components.push_back(std::move(settings));
        out_.components.push_back(component.place);
    }

    void add_provider(const manifest::Component& component) {
        if (!component.image || component.image->text.empty()) return;
        const auto* const kind = kind_of(component);
        if (kind == nullptr)
            return findings_.unsupported(
                "app.provider_unsupported", component.image_place,
                fmt::format("provider {} ({}) is not in this version; use a later one, or take "
                            "the provider and its links out",
                            quoted(component.name), quoted(component.image->text)));
        for (const auto& link : component.links) add_link(component, *kind, link);
        if (is_off(component)) return;
        out_.application.providers.push_back(
            {id_of(component), std::string(kind->name), merge(component.configs)});
        out_.providers.push_back(component.place);
    }

    /// A link from a provider, by which it calls a component.
    void add_link(const manifest::Component& provider, const capability::ProviderKind& kind,
                  const manifest::Link& link) {
        const auto* const target = application_.find(link.target);
        if (target == nullptr || link.ns.empty() || link.package.empty()) return;  // Reported.
        if (is_provider(*target))
            return findings_.unsupported(
                "app.link_target", link.place,
                fmt::format("provider {} calls components, and {} is not one; correct the link's "
                            "'target'",
                            quoted(provider.name), quoted(link.target)));
        auto planned = planned_link(provider, *target, link);
        planned.provider = kind.name;
        planned.provider_config = merge(provider.configs);
        if (const auto fits = kind.check_interfaces(planned); !fits)
            findings_.error(fits.error(), link.place);
        auto configs = link.source_end.configs;
        configs.insert(configs.end(), provider.configs.begin(), provider.configs.end());
        keep_link(provider, *target, link, std::move(planned), std::move(configs));
    }

    /// A link from a component, by which it calls a provider or another component.
    void add_call(const manifest::Component& component, const manifest::Link& link) {
        const auto* const target = application_.find(link.target);
        if (target == nullptr || link.ns.empty() || link.package.empty()) return;  // Reported.
        auto planned = planned_link(component, *target, link);
        std::vector<manifest::Config> configs;
        if (is_provider(*target)) {
            const auto* const kind = kind_of(*target);
            if (kind == nullptr) return;  // Reported.
            planned.provider = kind->name;
            planned.is_answered_by_provider = true;
            planned.provider_config = merge(target->configs);
            if (const auto fits = kind->check_interfaces(planned); !fits)
                findings_.error(fits.error(), link.place);
            configs = link.target_end.configs;
            configs.insert(configs.end(), target->configs.begin(), target->configs.end());
        } else if (target == &component) {
            return findings_.error(
                "app.link_to_itself", link.place,
                fmt::format("component {} links to itself; call the function inside of it",
                            quoted(component.name)));
        }
        keep_link(component, *target, link, std::move(planned), std::move(configs));
    }

    capability::Link planned_link(const manifest::Component& source,
                                  const manifest::Component& target,
                                  const manifest::Link& link) const {
        capability::Link planned;
        planned.name = link.name;
        planned.source = id_of(source);
        planned.target = id_of(target);
        planned.ns = link.ns;
        planned.package = link.package;
        planned.interfaces = link.interfaces;
        planned.source_config = merge(link.source_end.configs);
        planned.target_config = merge(link.target_end.configs);
        return planned;
    }

    void keep_link(const manifest::Component& source, const manifest::Component& target,
                   const manifest::Link& link, capability::Link planned,
                   std::vector<manifest::Config> configs) {
        if (is_off(source) || is_off(target)) return;
        const auto [first, is_new] = links_.emplace(planned.key(), out_.application.links.size());
        if (!is_new) {
            auto& before = out_.application.links[first->second];
            auto same = before;
            same.interfaces = planned.interfaces;
            if (planned == same) {  // Two traits for one link, each with interfaces of its own.
                before.interfaces.insert(before.interfaces.end(), planned.interfaces.begin(),
                                         planned.interfaces.end());
                return;
            }
        }
        out_.application.links.push_back(std::move(planned));
        out_.links.push_back({link.place, std::move(configs)});
    }

    const capability::ProviderKind* kind_of(const manifest::Component& provider) const {
        if (!provider.image || !provider.image->builtin) return nullptr;
        return capability::find_kind(kinds_, provider.image->builtin->name);
    }

    const manifest::Application& application_;
    const std::string& directory_;
    std::span<const capability::ProviderKind> kinds_;
    manifest::Findings& findings_;
    Planned out_;
    std::map<capability::LinkKey, std::size_t> links_;  // The first of each key.
};

}  // namespace

const manifest::Place& Planned::LinkOrigin::place_of(std::string_view setting) const {
    for (const auto& config : std::views::reverse(configs))  // The last one counts.
        for (const auto& [key, where] : config.property_places)
            if (manifest::same_setting(key, setting)) return where;
    return place;
}

Planned plan(const manifest::Application& application, const std::string& directory,
             std::span<const capability::ProviderKind> kinds, manifest::Findings& findings) {
    return Planner(application, directory, kinds, findings).plan();
}

}  // namespace weft::control
