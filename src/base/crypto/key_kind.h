#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace weft::crypto {

/// What a key stands for; the first letter of its text says it. Source: nkeys.
enum class KeyKind : std::uint8_t {
    operator_,
    account,
    user,
    module_,   ///< A component.
    provider,  ///< nkeys calls it service.
    host,      ///< nkeys calls it server.
    cluster,
    curve,  ///< X25519, for sealed messages; it signs nothing.
};

struct KeyKindRow {
    KeyKind kind;
    std::string_view name;  ///< For commands and messages: "operator", "account", ...
    char letter;
    std::uint8_t prefix;  ///< First byte of a public key in binary form.
};

/// All kinds, in the order of the enumeration.
std::span<const KeyKindRow> key_kinds();
const KeyKindRow& key_kind_row(KeyKind kind);

std::optional<KeyKind> find_key_kind_by_prefix(std::uint8_t prefix);
/// By `name`; "component", "service" and "server" are known too.
std::optional<KeyKind> find_key_kind_by_name(std::string_view name);

}  // namespace weft::crypto
