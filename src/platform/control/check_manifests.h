#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/capability/provider.h"
#include "platform/control/desired.h"
#include "platform/manifest/finding.h"

namespace weft::control {

/// A manifest as a command was told of it.
struct ManifestText {
    std::string text;
    std::string directory;  ///< Its own, for images beside it.
};

/// All that there is to say of a manifest, and what it comes to.
struct CheckedManifest {
    std::vector<manifest::Finding> findings;  ///< Sorted by place.
    std::optional<Application> application;   ///< If it can run here.

    std::size_t count(manifest::Severity severity) const {
        return manifest::count(findings, severity);
    }
    /// Whether it is a manifest, here or elsewhere.
    bool is_valid() const { return count(manifest::Severity::error) == 0; }
};

/// Says of each manifest whether it is valid and whether a host with providers of these kinds can
/// run it beside the others: the one place that knows, for every command. Pure: reads no image.
std::vector<CheckedManifest> check_manifests(const std::vector<ManifestText>& manifests,
                                             std::span<const capability::ProviderKind> kinds,
                                             manifest::Strictness strictness);

}  // namespace weft::control
