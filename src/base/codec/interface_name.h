#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace weft::codec {

/// The name of a WIT interface: `wasi:http/incoming-handler@0.2.0`.
struct InterfaceName {
    std::string ns;                      ///< `wasi`
    std::string package;                 ///< `http`; nested packages keep their colons.
    std::string interface;               ///< `incoming-handler`
    std::optional<std::string> version;  ///< `0.2.0`, a semantic version; absent when not given.
    friend bool operator==(const InterfaceName&, const InterfaceName&) = default;

    /// `wasi:http`, the part that a grant of a whole package names.
    std::string package_name() const { return ns + ':' + package; }
};

/// Splits a name. Words are kebab-case: letters of one case per word, digits, single hyphens
/// (component-model Explainer, "import and export names").
/// Errors: invalid_argument `interface.name_bad`, `interface.version_bad`.
Result<InterfaceName> parse_interface_name(std::string_view text);

/// The inverse of `parse_interface_name`.
std::string format_interface_name(const InterfaceName& name);

}  // namespace weft::codec
