#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/interface_name.h"
#include "base/core/result.h"

namespace weft::claims {

/// In an issuer's grants: everything. In a token it is a word like any other and covers nothing.
constexpr std::string_view every_capability = "*";

/// Whether the text can name a capability: `namespace:package`, `namespace:package/interface`, or a
/// contract id of wasmCloud 0.x. A version behind '@' is allowed and ignored. Errors:
/// invalid_argument (`claims.capability_invalid`), with the nearest name there is.
Result<void> check_capability_name(std::string_view text);

/// Whether names can stand in an issuer's grants: capability names, or "*" and nothing beside it,
/// so that no list looks narrower than it is. Errors: invalid_argument
/// (`claims.capability_invalid`, `claims.grants_ambiguous`).
Result<void> check_grants(std::span<const std::string> names);

/// The WIT name that a contract id stands for ("wasmcloud:httpserver" is
/// "wasi:http/incoming-handler"); empty when the text is none.
std::string_view find_contract(std::string_view text);

/// A set of capabilities, as a token claims or an issuer grants it.
class Capabilities {
  public:
    Capabilities() = default;
    /// Names that mean nothing cover nothing, the empty one too.
    explicit Capabilities(std::span<const std::string> names);
    static Capabilities everything();
    /// As the constructor, and "*" is everything.
    static Capabilities of_grants(std::span<const std::string> names);

    /// Whether an interface is in the set, whatever its version.
    bool covers(const codec::InterfaceName& interface) const;

  private:
    bool names(const codec::InterfaceName& package, std::string_view interface) const;

    bool everything_ = false;
    std::vector<codec::InterfaceName> entries_;
};

/// What a component may reach: both its token and the issuer's entry name it.
struct EffectiveCapabilities {
    Capabilities claimed;
    Capabilities granted;

    bool allows(const codec::InterfaceName& interface) const {
        return claimed.covers(interface) && granted.covers(interface);
    }
};

}  // namespace weft::claims
