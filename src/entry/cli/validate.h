#pragma once

#include <cstddef>

#include "entry/cli/command.h"

namespace weft::cli {

/// A longer manifest is not read.
constexpr std::size_t manifest_bytes_max = 1024 * 1024;

/// `weft app validate`: prints all that is wrong with the manifests, each finding with its place.
/// Warnings alone are success. Errors: those of `files::read_file` when a file cannot be read and
/// all others are right, invalid_argument (`validate.errors_found`).
extern const Command app_validate_command;

}  // namespace weft::cli
