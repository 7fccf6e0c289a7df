#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"

namespace weft::codec {

/// A name such as `wasi:http/incoming-handler@0.2.0` in its parts.
struct InterfaceName {
    std::string ns;         ///< "wasi"
    std::string package;    ///< "http"
    std::string interface;  ///< "incoming-handler"; empty when the name is a package only.
    std::string version;    ///< "0.2.0"; empty when there is none.

    /// "wasi:http"
    std::string package_id() const;
    friend bool operator==(const InterfaceName&, const InterfaceName&) = default;
};

/// Parses `ns:package[/interface][@version]`. Namespace, package and interface are words of letters
/// and digits joined by single '-'; a word begins with a letter and is in one case; the version is
/// a semantic version (semver.org 2.0.0). Errors: invalid_argument (`interface_name.invalid`), with
/// the part that is wrong. Plain names such as "run" are not interface names and fail too.
Result<InterfaceName> parse_interface_name(std::string_view text);

/// Whether who wants an interface of the one name can use that of the other: they are the same but
/// for a released version, which may be any compatible one (semver.org: "0.2.3" fits "0.2.0").
bool interface_fits(std::string_view offered, std::string_view wanted);

/// The inverse of parsing.
std::string format_interface_name(const InterfaceName& name);

}  // namespace weft::codec
