#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace weft::net {

/// A numeric address and port to listen on or to connect to. Names are not resolved here.
struct Address {
    std::string host;        ///< "127.0.0.1", "::1"; numeric IPv4 or IPv6 without brackets.
    std::uint16_t port = 0;  ///< 0 lets the kernel choose when listening.

    /// "127.0.0.1:8000", "[::1]:8000".
    std::string text() const;
    bool operator==(const Address&) const = default;
};

/// Reads "0.0.0.0:8000", "[::1]:8000", "localhost:8000" (127.0.0.1), ":8000" and "8000" (all IPv4
/// interfaces). Errors: invalid_argument.
Result<Address> parse_address(std::string_view text);

}  // namespace weft::net
