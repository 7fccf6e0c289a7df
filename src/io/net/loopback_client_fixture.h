#pragma once

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "io/net/address.h"

namespace weft::net {

/// For tests of servers: a blocking socket with a deadline on every read.
class LoopbackClient {
  public:
    /// From one of the machine's own addresses; `buffer_bytes` is what the kernel keeps for it.
    explicit LoopbackClient(const Address& address, const char* from = "127.0.0.1",
                            int buffer_bytes = 0)
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in own{};
        own.sin_family = AF_INET;
        ::inet_pton(AF_INET, from, &own.sin_addr);
        ::bind(fd_, reinterpret_cast<sockaddr*>(&own), sizeof own);
        if (buffer_bytes > 0)
            ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &buffer_bytes, sizeof buffer_bytes);
        connect(address);
    }
    LoopbackClient(const LoopbackClient&) = delete;
    LoopbackClient& operator=(const LoopbackClient&) = delete;
    ~LoopbackClient() { ::close(fd_); }

    /// Again, when it is not connected.
    bool connect(const Address& address) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(address.port);
        ::inet_pton(AF_INET, address.host.c_str(), &to.sin_addr);
        connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
        return connected_;
    }
    bool is_connected() const { return connected_; }
    void send(std::string_view text) {
        ASSERT_EQ(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL), ssize_t(text.size()));
    }
    /// Sends as much as the peer takes; it may end the connection meanwhile.
    std::size_t send_some(std::string_view text) {
        const auto sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
        return sent < 0 ? 0 : static_cast<std::size_t>(sent);
    }
    void close_sending() { ::shutdown(fd_, SHUT_WR); }
    /// Reads until `end` appears at the end of all that was read, or the peer closed.
    std::string read_until(std::string_view end) {
        std::string all;
        while (!all.ends_with(end) && read_some(all)) {
        }
        return all;
    }
    std::string read_to_close() {
        std::string all;
        while (read_some(all)) {
        }
        return all;
    }

  private:
    bool read_some(std::string& all) {
        pollfd ready{fd_, POLLIN, 0};
        if (::poll(&ready, 1, 10'000) != 1) {
            ADD_FAILURE() << "nothing came for 10 s after: " << all;
            return false;
        }
        char buffer[4096];
        const auto got = ::recv(fd_, buffer, sizeof buffer, 0);
        if (got <= 0) return false;
        all.append(buffer, static_cast<std::size_t>(got));
        return true;
    }

    int fd_;
    bool connected_ = false;
};

}  // namespace weft::net
