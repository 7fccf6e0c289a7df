#include "base/crypto/key_kind.h"

#include <array>

namespace weft::crypto {
namespace {

constexpr std::array<KeyKindRow, 8> rows = {{
    {KeyKind::operator_, "operator", 'O', 14U << 3U},
    {KeyKind::account, "account", 'A', 0},
    {KeyKind::user, "user", 'U', 20U << 3U},
    {KeyKind::module_, "module", 'M', 12U << 3U},
    {KeyKind::provider, "provider", 'V', 21U << 3U},
    {KeyKind::host, "host", 'N', 13U << 3U},
    {KeyKind::cluster, "cluster", 'C', 2U << 3U},
    {KeyKind::curve, "curve", 'X', 23U << 3U},
}};

}  // namespace

std::span<const KeyKindRow> key_kinds() { return rows; }

const KeyKindRow& key_kind_row(KeyKind kind) { return rows[static_cast<std::size_t>(kind)]; }

std::optional<KeyKind> find_key_kind_by_prefix(std::uint8_t prefix) {
    for (const auto& row : rows)
        if (row.prefix == prefix) return row.kind;
    return std::nullopt;
}

std::optional<KeyKind> find_key_kind_by_name(std::string_view name) {
    if (name == "component") return KeyKind::module_;
    if (name == "service") return KeyKind::provider;
    if (name == "server") return KeyKind::host;
    for (const auto& row : rows)
        if (row.name == name) return row.kind;
    return std::nullopt;
}

}  // namespace weft::crypto
