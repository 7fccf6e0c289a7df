#include "io/net/address_range.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace weft::net {
namespace {

using Family = AddressRange::Family;

AddressRange ipv4(std::array<std::uint8_t, 4> bytes, std::uint8_t bits, std::uint16_t port) {
    AddressRange range{.family = Family::ipv4, .bytes = {}, .bits = bits, .port = port};
    std::ranges::copy(bytes, range.bytes.begin());
    return range;
}

AddressRange ipv6(std::uint8_t first, std::uint8_t last, std::uint8_t bits, std::uint16_t port) {
    AddressRange range{.family = Family::ipv6, .bytes = {}, .bits = bits, .port = port};
    range.bytes.front() = first;
    range.bytes.back() = last;
    return range;
}

TEST(AddressRange, IsAnAddressSeveralOrOnePortOfThem) {
    EXPECT_EQ(parse_address_range("10.0.0.7").value(), ipv4({10, 0, 0, 7}, 32, 0));
    EXPECT_EQ(parse_address_range("10.0.0.7:80").value(), ipv4({10, 0, 0, 7}, 32, 80));
    EXPECT_EQ(parse_address_range("10.1.0.0/16").value(), ipv4({10, 1, 0, 0}, 16, 0));
    EXPECT_EQ(parse_address_range("0.0.0.0/0:443").value(), ipv4({0, 0, 0, 0}, 0, 443));
    EXPECT_EQ(parse_address_range("::1").value(), ipv6(0, 1, 128, 0));
    EXPECT_EQ(parse_address_range("[::1]").value(), ipv6(0, 1, 128, 0));
    EXPECT_EQ(parse_address_range("[::1]:443").value(), ipv6(0, 1, 128, 443));
    EXPECT_EQ(parse_address_range("fd00::/8").value(), ipv6(0xfd, 0, 8, 0));
    EXPECT_EQ(parse_address_range("[fd00::/8]:443").value(), ipv6(0xfd, 0, 8, 443));
    EXPECT_EQ(parse_address_range("::/0").value(), ipv6(0, 0, 0, 0));
}

TEST(AddressRange, RefusesWhatIsNoAddress) {
    for (const std::string_view text : {"",
                                        "*",
                                        "localhost",
                                        "localhost:80",
                                        "10.0.0",
                                        "10.0.0.7:",
                                        "10.0.0.7:0",
                                        "10.0.0.7:65536",
                                        "10.0.0.7:+80",
                                        "10.0.0.7/33",
                                        "10.0.0.7/",
                                        "10.0.0.7/+8",
                                        "10.0.0.7/-1",
                                        "10.0.0.7/256",
                                        "::1/129",
                                        "[::1",
                                        "[::1]80",
                                        "[::1]:",
                                        "fe80::1%lo",
                                        "10.0.0.7:80:80",
                                        " 10.0.0.7",
                                        "10.0.0.7\n",
                                        "010.0.0.7",
                                        "1/2/3",
                                        "0x7f000001",
                                        "2130706433",
                                        "127.1",
                                        "/8",
                                        ":80"}) {
        const auto refused = parse_address_range(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().slug.text(), "net.range_invalid");
    }
    EXPECT_FALSE(parse_address_range(std::string_view("10.0.0.7\0", 9)));
}

TEST(AddressRange, RefusesIpv4InsideIpv6WhichWouldNeverMatch) {
    EXPECT_FALSE(parse_address_range("::ffff:127.0.0.1"));
    EXPECT_FALSE(parse_address_range("[::ffff:127.0.0.0/104]:80"));
}

ClientAddress client(std::string_view text) {
    const auto range = *parse_address_range(text);
    return {range.family, range.bytes};
}

TEST(AddressRange, ContainsWhatBeginsWithItsBits) {
    const auto is_in = [](std::string_view address, std::string_view range) {
        return contains(*parse_address_range(range), client(address));
    };

    EXPECT_TRUE(is_in("10.1.2.3", "10.0.0.0/8"));
    EXPECT_TRUE(is_in("10.1.2.3", "10.1.2.3"));
    EXPECT_TRUE(is_in("10.1.3.255", "10.1.2.0/23"));
    EXPECT_TRUE(is_in("10.1.2.3", "0.0.0.0/0"));
    EXPECT_TRUE(is_in("fd00::1", "fd00::/8"));
    EXPECT_FALSE(is_in("11.1.2.3", "10.0.0.0/8"));
    EXPECT_FALSE(is_in("10.1.2.4", "10.1.2.3"));
    EXPECT_FALSE(is_in("10.1.4.0", "10.1.2.0/23"));
    EXPECT_FALSE(is_in("::1", "0.0.0.0/0"));
    EXPECT_FALSE(is_in("fe00::1", "fd00::/8"));
}

TEST(ClientAddress, OfIpv6ANetworkIsOneClient) {
    EXPECT_EQ(neighbourhood_of(client("2001:db8:1:2:3:4:5:6")), client("2001:db8:1:2::"));
    EXPECT_EQ(neighbourhood_of(client("10.1.2.3")), client("10.1.2.3"));
}

}  // namespace
}  // namespace weft::net
