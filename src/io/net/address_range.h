#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

#include "base/core/result.h"

namespace weft::net {

/// The addresses that begin with the same bits, at every port or at one.
struct AddressRange {
    enum class Family : std::uint8_t { ipv4 = 4, ipv6 = 6 };

    Family family = Family::ipv4;
    std::array<std::uint8_t, 16> bytes{};  ///< In the order of the network; of IPv4 the first four.
    std::uint8_t bits = 0;   ///< How many count, from the left: 0 to 32, or 128 for IPv6.
    std::uint16_t port = 0;  ///< 0: every port.

    bool operator==(const AddressRange&) const = default;
};

/// Where a client is; of IPv4 also when it came through an IPv6 socket.
struct ClientAddress {
    AddressRange::Family family = AddressRange::Family::ipv4;
    std::array<std::uint8_t, 16> bytes{};  ///< As in AddressRange.

    auto operator<=>(const ClientAddress&) const = default;
};

/// True at every port of the range.
bool contains(const AddressRange& range, const ClientAddress& client);

/// Those whom one client can be at will: one IPv4 address, or a network of 64 bits of IPv6.
ClientAddress neighbourhood_of(ClientAddress client);

/// Reads "10.0.0.7", "10.0.0.7:443", "10.0.0.0/8", "10.0.0.0/8:443", "::1", "fd00::/8",
/// "[::1]:443" and "[fd00::/8]:443". An IPv4 address that an IPv6 one holds inside is refused: it
/// would never match. Errors: invalid_argument (`net.range_invalid`).
Result<AddressRange> parse_address_range(std::string_view text);

}  // namespace weft::net
