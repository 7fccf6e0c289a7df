#include "io/net/address.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>

namespace weft::net {
namespace {

Failure refused(std::string_view text) {
    return fail(
        Errc::invalid_argument, "net.address_invalid",
        "'{}' is not an address; write HOST:PORT with a numeric host, such as 127.0.0.1:8000",
        text);
}

/// A numeric address in its one usual form, as the kernel tells it; empty for anything else.
std::string usual_form(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> parsed{};
    std::array<char, INET6_ADDRSTRLEN> text{};
    for (const int family : {AF_INET, AF_INET6})
        if (host.find('\0') == std::string::npos &&
            ::inet_pton(family, host.c_str(), parsed.data()) == 1 &&
            ::inet_ntop(family, parsed.data(), text.data(), text.size()) != nullptr)
            return text.data();
    return "";
}

}  // namespace

std::string Address::text() const {
    if (host.find(':') != std::string::npos) return "[" + host + "]:" + std::to_string(port);
    return host + ":" + std::to_string(port);
}

Result<Address> parse_address(std::string_view text) {
    const auto colon = text.rfind(':');
    const auto port_text = colon == std::string_view::npos ? text : text.substr(colon + 1);
    auto host = colon == std::string_view::npos ? std::string_view() : text.substr(0, colon);

    Address address;
    const auto* end = port_text.data() + port_text.size();
    const auto [parsed_to, error] = std::from_chars(port_text.data(), end, address.port);
    if (error != std::errc() || parsed_to != end) return refused(text);

    if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
        host = host.substr(1, host.size() - 2);
    if (host.empty()) host = "0.0.0.0";
    if (host == "localhost") host = "127.0.0.1";
    address.host = usual_form(std::string(host));
    if (address.host.empty()) return refused(text);
    return address;
}

}  // namespace weft::net
