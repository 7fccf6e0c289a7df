#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "platform/manifest/finding.h"
#include "platform/manifest/model.h"

namespace weft::manifest {

struct ParseOptions {
    Strictness strictness = Strictness::lenient;
};

/// What came of a manifest: the model when there is no error, and everything there is to say.
struct Report {
    std::optional<Application> application;
    std::vector<Finding> findings;  ///< Sorted by place; at most Findings::findings_max and one.

    std::size_t errors() const { return count(findings, Severity::error); }
};

/// What of a manifest could be read: all of it when `findings` gets no error.
Application read_manifest(std::string_view text, Findings& findings);

/// Reads a manifest (YAML, or JSON, which is YAML too) of at most 1 MiB, 32 levels and one
/// document, and finds all that is wrong with it. Never fails otherwise: a text that cannot be read
/// at all is one finding, with the slug of the YAML reader (`yaml.*`). Pure: reads no file.
Report parse_manifest(std::string_view text, ParseOptions options = {});

}  // namespace weft::manifest
