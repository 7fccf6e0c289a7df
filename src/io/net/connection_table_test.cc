#include "io/net/connection_table.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace weft::net {
namespace {

class ConnectionTableTest : public testing::Test {
  protected:
    struct Connection final : ConnectionTable::Connection {
        void drain() override {}
        void end() override { ended = true; }
        bool ended = false;
    };
    /// Empty when it is not admitted.
    struct Opened {
        std::unique_ptr<Connection> connection;
        ConnectionTable::Place place;
    };

    static ClientAddress address(std::string_view text) {
        const auto range = *parse_address_range(text);
        return {range.family, range.bytes};
    }
    Opened open(std::string_view client) {
        Opened opened;
        if (table_.admit(address(client), {}) != ConnectionTable::Admission::admitted)
            return opened;
        opened.connection = std::make_unique<Connection>();
        opened.place = table_.add(opened.connection.get(), address(client));
        return opened;
    }

    HttpLimits limits_{.connections_max = 4, .connections_per_client_max = 2};
    HttpServerStats stats_;
    ConnectionTable table_{&limits_, &stats_};
};

TEST_F(ConnectionTableTest, TheOneThatWaitsLongestMakesRoom) {
    auto a = open("10.0.0.1");
    auto b = open("10.0.0.2");
    auto c = open("10.0.0.3");
    auto d = open("10.0.0.4");
    table_.set_idle(a.place, false);
    table_.set_idle(b.place, false);
    table_.set_idle(b.place, true);

    auto e = open("10.0.0.5");
    auto f = open("10.0.0.6");

    EXPECT_TRUE(c.connection->ended && d.connection->ended);
    EXPECT_FALSE(a.connection->ended || b.connection->ended || e.connection->ended);
    EXPECT_TRUE(f.connection);
    EXPECT_EQ(stats_.connections_made_room, 2U);
}

TEST_F(ConnectionTableTest, WithoutOneThatWaitsNoneIsAdmitted) {
    std::vector<Opened> all;
    for (const char* client : {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}) {
        all.push_back(open(client));
        table_.set_idle(all.back().place, false);
    }

    EXPECT_FALSE(open("10.0.0.5").connection);
    EXPECT_EQ(stats_.connections_refused, 1U);
    table_.remove(all[1].place);
    EXPECT_TRUE(open("10.0.0.5").connection);
    EXPECT_EQ(stats_.connections, 4U);
}

TEST_F(ConnectionTableTest, OneClientHasItsShareOnceHalfIsTaken) {
    auto a = open("10.0.0.1");
    auto b = open("10.0.0.1");
    auto c = open("10.0.0.1");
    ASSERT_TRUE(c.connection) << "half of it was free";

    EXPECT_FALSE(open("10.0.0.1").connection);
    EXPECT_TRUE(open("10.0.0.2").connection);
    EXPECT_EQ(stats_.connections_over_share, 1U);
    table_.remove(a.place);
    table_.remove(b.place);
    EXPECT_TRUE(open("10.0.0.1").connection);
}

TEST_F(ConnectionTableTest, ANetworkOfIpv6IsOneClient) {
    auto a = open("2001:db8::1");
    auto b = open("2001:db8::2");
    auto c = open("10.0.0.1");

    EXPECT_FALSE(open("2001:db8::3").connection);
    EXPECT_TRUE(open("2001:db8:0:1::3").connection);
}

TEST_F(ConnectionTableTest, AProxyHasNoShare) {
    table_.set_proxies({*parse_address_range("10.0.0.0/24")});
    std::vector<Opened> all;
    for (int i = 0; i < 4; ++i) all.push_back(open("10.0.0.1"));

    EXPECT_TRUE(all.back().connection);
    EXPECT_EQ(stats_.connections_over_share, 0U);
}

}  // namespace
}  // namespace weft::net
