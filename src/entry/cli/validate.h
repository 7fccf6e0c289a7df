#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "entry/cli/console.h"

namespace weft::cli {

struct ValidateArguments {
    std::vector<std::string> files;
    bool strict = false;
};

/// A longer manifest is not read.
constexpr std::size_t manifest_bytes_max = 1024 * 1024;

/// `weft app validate`: prints all that is wrong with the manifests, each finding with its place.
/// Warnings alone are success. Errors: those of `read_file` when a file cannot be read and all
/// others are right, invalid_argument (`validate.errors_found`).
Result<void> app_validate(const Console& console, const ValidateArguments& arguments);

}  // namespace weft::cli
