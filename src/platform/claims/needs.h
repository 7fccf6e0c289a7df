#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/codec/component_interface.h"
#include "base/codec/interface_name.h"
#include "base/core/result.h"
#include "platform/claims/capability.h"

namespace weft::claims {

/// Interfaces that need no claim because the host lets them reach nothing: wasi:io, wasi:clocks,
/// wasi:random, wasi:cli (empty environment), wasi:filesystem (no directory), wasi:sockets (no
/// address). A host that gives one of them something real asks `EffectiveCapabilities` first.
bool is_baseline(const codec::InterfaceName& interface);

/// More interfaces than these are a file made to hurt.
constexpr std::size_t needs_max = 1024;

/// One interface outside the baseline that a binary imports or exports.
struct Need {
    enum class Direction : std::uint8_t { import, export_ };
    Direction direction = Direction::import;
    codec::InterfaceName interface;  ///< Without version.
};

/// What a binary needs, once each. Type definitions need nothing. An export that is not an
/// interface
/// ("run") needs nothing either: no link can name it. The imports of a core module are those of its
/// ABI; what it asks for through that is checked at each call. Errors: denied
/// (`claims.name_unsupported`) for an import that no claim could name, exhausted
/// (`claims.needs_exceeded`).
Result<std::vector<Need>> find_needs(const codec::ComponentInterface& interface);

/// What messages about a token say besides its needs.
struct TokenText {
    std::vector<std::string> caps = {};  ///< That it claims.
    std::string issuer_name = {};        ///< Empty: it has none.
    std::string trust_command = {};      ///< Of its issuer, see `claims::trust_command`.
};

/// Capabilities as options of that command: "--grant a --grant b".
std::string grant_options(const std::vector<std::string>& capabilities);

/// Every need must be claimed by the token and granted to its issuer. Errors: denied
/// (`claims.claim_missing`, `claims.grant_missing`), with the names that are missing, at most eight
/// of each direction, and what to run.
Result<void> check_needs(const std::vector<Need>& needs, const EffectiveCapabilities& capabilities,
                         const TokenText& token);

/// For a token without `caps` whose issuer's entry says `unstated: none`: nothing may be needed.
/// Errors: denied (`claims.caps_unstated`).
Result<void> check_needs_unstated(const std::vector<Need>& needs);

/// The interfaces among `needs` that the set does not cover, as texts without version, once each.
std::vector<std::string> find_uncovered(const std::vector<Need>& needs, const Capabilities& set);

}  // namespace weft::claims
