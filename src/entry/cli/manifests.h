#pragma once

#include <optional>
#include <string>
#include <vector>

#include "entry/cli/console.h"
#include "platform/control/check_manifests.h"

namespace weft::cli {

/// A longer manifest is not read.
constexpr std::size_t manifest_bytes_max = 1024 * 1024;

/// The verdict on one file that the user named.
struct ManifestFile {
    std::string file;  ///< As it was typed.
    std::optional<Error> unreadable;
    control::CheckedManifest checked;

    bool is_valid() const { return !unreadable && checked.is_valid(); }
    bool can_run() const { return checked.application.has_value(); }
};

/// Whether the manifests are to run on one host at the same time.
enum class Together : std::uint8_t { yes, no };

/// Reads and checks the files of the user's `--strict`, for `weft up` and `weft app validate`
/// alike.
std::vector<ManifestFile> read_manifests(const Environment& environment,
                                         const std::vector<std::string>& files,
                                         manifest::Strictness strictness, Together together);

/// `file:line:column: severity: message (slug)`
std::string finding_text(const std::string& file, const manifest::Finding& finding);
codec::Json finding_json(const manifest::Finding& finding);

/// "2 errors"
std::string plural(std::size_t count, std::string_view noun);

/// Says on stderr what there is to say of manifests that shall run, and gives them back if all can.
/// Errors: why a file cannot be read; invalid_argument (`app.manifest_invalid`), unsupported
/// (`app.manifest_unsupported`): the first finding that keeps it from running, the others are said.
Result<std::vector<control::Application>> take_applications(const Console& console,
                                                            std::vector<ManifestFile> files);

}  // namespace weft::cli
