#include "platform/control/check_manifests.h"

#include "platform/control/conflicts.h"
#include "platform/control/plan.h"
#include "platform/manifest/parse.h"

namespace weft::control {
namespace {

const manifest::Place& place_of(const Conflict& conflict, const Planned& planned) {
    switch (conflict.part) {
        case Conflict::Part::application: break;
        case Conflict::Part::component: return planned.components[conflict.at];
        case Conflict::Part::provider: return planned.providers[conflict.at];
        case Conflict::Part::link: return planned.links[conflict.at].place_of(conflict.setting);
    }
    return planned.place;
}

}  // namespace

std::vector<CheckedManifest> check_manifests(const std::vector<ManifestText>& manifests,
                                             std::span<const capability::ProviderKind> kinds,
                                             manifest::Strictness strictness) {
    std::vector<manifest::Findings> findings;
    std::vector<Planned> planned;
    for (const auto& [text, directory] : manifests) {
        auto& own = findings.emplace_back(strictness);
        const auto application = manifest::read_manifest(text, own);
        planned.push_back(plan(application, directory, kinds, own));
    }
    // What could be read of a manifest with errors would seem to be in the way of the others.
    std::vector<const Application*> applications;
    std::vector<std::size_t> positions;
    for (std::size_t at = 0; at < planned.size(); ++at)
        if (findings[at].errors() == 0) {
            applications.push_back(&planned[at].application);
            positions.push_back(at);
        }
    for (const auto& conflict : find_conflicts(applications, kinds)) {
        const auto at = positions[conflict.application];
        findings[at].error(conflict.error, place_of(conflict, planned[at]));
    }
    std::vector<CheckedManifest> out;
    for (std::size_t at = 0; at < planned.size(); ++at) {
        auto& checked = out.emplace_back();
        checked.findings = std::move(findings[at]).take();
        if (checked.count(manifest::Severity::error) == 0 &&
            checked.count(manifest::Severity::unsupported) == 0)
            checked.application = std::move(planned[at].application);
    }
    return out;
}

}  // namespace weft::control
