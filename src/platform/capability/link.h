#pragma once

#include <compare>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/capability/invoke.h"

namespace weft::capability {

using Config = std::map<std::string, std::string>;

/// What tells links apart. Source: LinkKey of the wasmCloud 1.9 lattice, and the target, since a
/// provider that calls components calls many.
struct LinkKey {
    ComponentId source;
    ComponentId target;
    std::string name;
    std::string ns;
    std::string package;

    friend auto operator<=>(const LinkKey&, const LinkKey&) = default;
};

/// What lets `source` call `target` by some interfaces of one package, and how both ends are set
/// up. Either end may be a provider. Source: links of the wasmCloud 1.9 lattice.
struct Link {
    std::string name = "default";
    ComponentId source;
    ComponentId target;
    std::string ns;       ///< "wasi"
    std::string package;  ///< "http"
    std::vector<std::string> interfaces;
    Config source_config;
    Config target_config;
    std::string provider;  ///< The kind of the provider at one end: "http-server"; empty: none.
    bool is_answered_by_provider = false;  ///< It is at the target, else at the source.
    Config provider_config;                ///< What its application sets for all of its links.

    /// Whether calls of that interface ("wasi:keyvalue/store", a version behind it is ignored) go
    /// by it.
    bool covers(std::string_view interface) const;
    LinkKey key() const { return {source, target, name, ns, package}; }
    friend bool operator==(const Link&, const Link&) = default;
};

}  // namespace weft::capability
