#pragma once

#include <string>
#include <string_view>

namespace weft::manifest {

/// What is known of an interface that a link names.
struct InterfaceCheck {
    bool is_unrecognised = false;  ///< A namespace that is known, but not this name in it.
    std::string suggestion;        ///< The nearest `ns:package/interface`, or empty.
};

/// Checks a link's interface against the list of the namespaces wasi, wrpc and wasmcloud. Other
/// namespaces are the user's own and always recognised.
InterfaceCheck check_interface(std::string_view ns, std::string_view package,
                               std::string_view interface);

}  // namespace weft::manifest
