#pragma once

#include <span>
#include <string>
#include <vector>

#include "platform/control/desired.h"
#include "platform/manifest/finding.h"
#include "platform/manifest/model.h"

namespace weft::control {

/// An application, and where each part of it stands in its manifest.
struct Planned {
    /// A link, and the configurations that its provider reads.
    struct LinkOrigin {
        manifest::Place place;
        std::vector<manifest::Config> configs;

        /// Where a setting stands; where the link does when it stands nowhere.
        const manifest::Place& place_of(std::string_view setting) const;
    };
    Application application;
    manifest::Place place;
    std::vector<manifest::Place> components;  // As in `application`,
    std::vector<manifest::Place> providers;   // as are these
    std::vector<LinkOrigin> links;            // and these.
};

/// The application that a manifest asks for, with the ids that wadm gives: `{app}-{component}`.
/// `directory` is the manifest's own, for images beside it. Whatever the manifest says and this
/// host does not do is reported: as unsupported where the application would be another one
/// without it, else as a warning. The result is whole when nothing is unsupported.
Planned plan(const manifest::Application& application, const std::string& directory,
             std::span<const capability::ProviderKind> kinds, manifest::Findings& findings);

}  // namespace weft::control
