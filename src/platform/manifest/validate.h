#pragma once

#include "platform/manifest/finding.h"
#include "platform/manifest/model.h"

namespace weft::manifest {

/// Checks what one element alone cannot show: names, references between elements and things that
/// must be unique, by the rules of wadm 0.21. An element that could not be read (its name is
/// empty) is passed over, for that was reported. Reports to `findings`.
void validate(const Application& application, Findings& findings);

/// Gives each configuration that is used by name the properties of its definition in the manifest.
/// Reports `manifest.config_missing` for one without, unless it is that of a component.
void resolve_configs(Application& application, Findings& findings);

/// The parts of `validate`.
void validate_metadata(const Application& application, Findings& findings);
void validate_components(const Application& application, Findings& findings);
void validate_secrets(const Application& application, Findings& findings);
void validate_links(const Application& application, Findings& findings);

}  // namespace weft::manifest
