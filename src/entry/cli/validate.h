#pragma once

#include <cstddef>
#include <string>

#include "entry/cli/command.h"

namespace weft::cli {

/// A longer manifest is not read.
constexpr std::size_t manifest_bytes_max = 1024 * 1024;

/// The text of a manifest. Errors: those of `get_input_path` and `files::read_file`.
Result<std::string> read_manifest(const Environment& environment, const std::string& file);

/// `weft app validate`: prints all that is wrong with the manifests, each finding with its place.
/// Warnings alone are success. Errors: those of `read_manifest` when a file cannot be read and
/// all others are right, invalid_argument (`validate.errors_found`).
extern const Command app_validate_command;

}  // namespace weft::cli
