#include "io/net/address_range.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string>

namespace weft::net {
namespace {

/// "ADDRESS[/BITS]" and "PORT"; the port is null when there is none.
struct Parts {
    std::string_view address;
    std::optional<std::string_view> port;
};

std::optional<Parts> split(std::string_view text) {
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        const auto inside = text.substr(1, close - 1);
        const auto behind = text.substr(close + 1);
        if (behind.empty()) return Parts{inside, std::nullopt};
        if (!behind.starts_with(':')) return std::nullopt;
        return Parts{inside, behind.substr(1)};
    }
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon != text.rfind(':'))
        return Parts{text, std::nullopt};
    return Parts{text.substr(0, colon), text.substr(colon + 1)};
}

template <typename Number>
bool read_number(std::string_view text, Number least, Number most, Number& out) {
    const auto* end = text.data() + text.size();
    const auto [parsed_to, error] = std::from_chars(text.data(), end, out);
    return error == std::errc() && parsed_to == end && out >= least && out <= most;
}

bool holds_ipv4(const AddressRange& range) {
    constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return range.bits >= 96 && std::ranges::equal(mapped, std::span(range.bytes).first<12>());
}

bool read_base(std::string_view text, AddressRange& out) {
    const std::string base(text);
    out.family = base.contains(':') ? AddressRange::Family::ipv6 : AddressRange::Family::ipv4;
    const int family = out.family == AddressRange::Family::ipv6 ? AF_INET6 : AF_INET;
    return ::inet_pton(family, base.c_str(), out.bytes.data()) == 1;
}

bool read_range(std::string_view text, AddressRange& out) {
    if (text.contains('\0')) return false;
    const auto parts = split(text);
    if (!parts) return false;
    const auto slash = parts->address.find('/');
    if (!read_base(parts->address.substr(0, slash), out)) return false;
    const std::uint8_t width = out.family == AddressRange::Family::ipv6 ? 128 : 32;
    out.bits = width;
    if (slash != std::string_view::npos &&
        !read_number<std::uint8_t>(parts->address.substr(slash + 1), 0, width, out.bits))
        return false;
    if (parts->port && !read_number<std::uint16_t>(*parts->port, 1, 65535, out.port)) return false;
    return out.family == AddressRange::Family::ipv4 || !holds_ipv4(out);
}

}  // namespace

bool contains(const AddressRange& range, const ClientAddress& client) {
    if (range.family != client.family) return false;
    for (std::size_t bit = 0; bit < range.bits; bit += 8) {
        const auto at = bit / 8;
        const auto unused = std::max<int>(0, static_cast<int>(bit) + 8 - range.bits);
        if (((range.bytes.at(at) ^ client.bytes.at(at)) >> unused) != 0) return false;
    }
    return true;
}

ClientAddress neighbourhood_of(ClientAddress client) {
    if (client.family == AddressRange::Family::ipv6)
        std::ranges::fill(std::span(client.bytes).last<8>(), std::uint8_t{0});
    return client;
}

Result<AddressRange> parse_address_range(std::string_view text) {
    AddressRange range;
    if (read_range(text, range)) return range;
    return fail(
        Errc::invalid_argument, "net.range_invalid",
        "'{}' is not an address; write IP, IP:PORT, IP/BITS or IP/BITS:PORT, and IPv6 with a "
        "port as [IP]:PORT",
        text);
}

}  // namespace weft::net
