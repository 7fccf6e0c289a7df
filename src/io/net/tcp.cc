#include "io/net/tcp.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/rt/one_shot.h"

namespace weft::net {
namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// What the kernel takes of a connection before it is sent. Without it megabytes are made for a
/// client that takes none of them, and it is not seen for as long that it takes none.
constexpr int unsent_bytes_max = 128 << 10;
using UnsentMax = asio::detail::socket_option::integer<IPPROTO_TCP, TCP_NOTSENT_LOWAT>;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

Failure broken(const error_code& error) {
    return fail(Errc::unavailable, "net.connection_broken", "the connection broke: {}",
                error.message());
}

Failure peer_too_slow() {
    return fail(Errc::deadline, "net.peer_too_slow", "the peer was too slow");
}

}  // namespace

struct TcpStream::Impl : std::enable_shared_from_this<TcpStream::Impl> {
    Impl(tcp::socket accepted, std::size_t input_bytes_max)
        : socket(std::move(accepted)),
          buffer(std::min<std::size_t>(input_bytes_max, 4096)),
          buffer_max(input_bytes_max) {}

    tcp::socket socket;
    Bytes buffer;  // Bytes [begin, end) are the input.
    std::size_t buffer_max;
    std::size_t begin = 0;
    std::size_t end = 0;
    bool reading = false;
    bool ended = false;
    rt::OneShot<void>* reader = nullptr;  // In the frame of a waiting fill().
    rt::TaskContext* watcher = nullptr;   // Set by watch().
    bool waits_for_room = false;
    rt::OneShot<void>* writer = nullptr;  // In the frame of a waiting writable().

    void make_room() {
        if (begin == end) begin = end = 0;
        if (end < buffer.size()) return;
        if (begin > 0) {
            std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(begin),
                      buffer.begin() + static_cast<std::ptrdiff_t>(end), buffer.begin());
            end -= begin;
            begin = 0;
        } else if (buffer.size() < buffer_max) {
            buffer.resize(std::min(buffer.size() * 2, buffer_max));
        }
    }

    /// Starts a read in the background unless one runs or there is no room.
    bool start_read() {
        if (reading || ended) return true;
        make_room();
        if (end == buffer.size()) return false;
        reading = true;
        socket.async_read_some(
            asio::buffer(buffer.data() + end, buffer.size() - end),
            [self = shared_from_this()](const error_code& error, std::size_t got) {
                self->on_read(error, got);
            });
        return true;
    }

    // A read that was started runs on when the task that waited for it is cancelled or too late: so
    // `reader` is cleared in fill(), before its OneShot goes, unless it is that of a later fill,
    // and the bytes stay for the next fill.
    void on_read(const error_code& error, std::size_t got) {
        reading = false;
        end += got;
        if (error) {
            ended = true;
            if (watcher != nullptr) std::exchange(watcher, nullptr)->cancel();
        } else if (watcher != nullptr) {
            start_read();  // Behind what came may be the peer's close.
        }
        if (reader != nullptr) std::exchange(reader, nullptr)->complete_now(ok());
    }

    void close() {
        watcher = nullptr;
        error_code ignored;
        socket.close(ignored);
    }
};

TcpStream::TcpStream(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
TcpStream::TcpStream(TcpStream&&) noexcept = default;
TcpStream& TcpStream::operator=(TcpStream&&) noexcept = default;
TcpStream::~TcpStream() {
    if (impl_) impl_->close();
}

BytesView TcpStream::input() const {
    return BytesView(impl_->buffer).subspan(impl_->begin, impl_->end - impl_->begin);
}

void TcpStream::consume(std::size_t bytes) {
    WEFT_ASSERT(bytes <= impl_->end - impl_->begin, "only what arrived is consumed");
    impl_->begin += bytes;
    if (impl_->watcher != nullptr && bytes > 0) impl_->start_read();
}

bool TcpStream::is_ended() const { return impl_->ended; }

rt::Task<void> TcpStream::fill(TimePoint due) {
    auto impl = impl_;
    if (impl->ended) co_return ok();
    if (!impl->start_read())
        co_return fail(Errc::exhausted, "net.input_full", "the input buffer of {} bytes is full",
                       impl->buffer_max);
    rt::OneShot<void> grown;
    // One that still waits is of somebody who has been replaced, and finds out.
    if (impl->reader != nullptr) std::exchange(impl->reader, &grown)->complete_now(ok());
    impl->reader = &grown;
    Result<void> result = co_await grown.until(due, &peer_too_slow);
    if (impl->reader == &grown) impl->reader = nullptr;
    co_return result;
}

void TcpStream::watch(rt::TaskContext* context) {
    impl_->watcher = context;
    if (context == nullptr) return;
    if (impl_->ended) {
        impl_->watcher = nullptr;
        context->cancel();
        return;
    }
    impl_->start_read();
}

Result<std::size_t> TcpStream::try_write(BytesView data) {
    error_code error;
    const auto sent = impl_->socket.write_some(asio::buffer(data.data(), data.size()), error);
    if (error == asio::error::would_block || error == asio::error::try_again) return std::size_t{0};
    if (error) return broken(error);
    return sent;
}

// As with a read: the kernel's wait runs on when the task that asked for it is gone.
rt::Task<void> TcpStream::writable(TimePoint due) {
    auto impl = impl_;
    rt::OneShot<void> room;
    impl->writer = &room;
    if (!std::exchange(impl->waits_for_room, true))
        impl->socket.async_wait(tcp::socket::wait_write, [impl](const error_code& error) {
            impl->waits_for_room = false;
            if (impl->writer != nullptr)
                std::exchange(impl->writer, nullptr)
                    ->complete_now(error ? Result<void>(broken(error)) : ok());
        });
    Result<void> result = co_await room.until(due, &peer_too_slow);
    if (impl->writer == &room) impl->writer = nullptr;
    co_return result;
}

std::size_t TcpStream::unconfirmed_bytes() const {
    int bytes = 0;
    if (::ioctl(impl_->socket.native_handle(), SIOCOUTQ, &bytes) != 0) return 0;
    return static_cast<std::size_t>(bytes);
}

ClientAddress TcpStream::peer() const {
    error_code error;
    const auto address = impl_->socket.remote_endpoint(error).address();
    ClientAddress client;
    if (error) return client;
    if (address.is_v6() && !address.to_v6().is_v4_mapped()) {
        client.family = AddressRange::Family::ipv6;
        client.bytes = address.to_v6().to_bytes();
        return client;
    }
    const auto bytes =
        address.is_v4()
            ? address.to_v4().to_bytes()
            : asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_bytes();
    std::ranges::copy(bytes, client.bytes.begin());
    return client;
}

void TcpStream::shutdown_write() {
    error_code ignored;
    impl_->socket.shutdown(tcp::socket::shutdown_send, ignored);
}

void TcpStream::abort() {
    error_code ignored;
    impl_->socket.set_option(asio::socket_base::linger(true, 0), ignored);
    impl_->close();
}

struct TcpListener::Impl {
    explicit Impl(asio::io_context& io) : acceptor(io) {}
    tcp::acceptor acceptor;
};

TcpListener::TcpListener(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
TcpListener::TcpListener(TcpListener&&) noexcept = default;
TcpListener& TcpListener::operator=(TcpListener&&) noexcept = default;
TcpListener::~TcpListener() {
    if (impl_) close();
}

namespace {

enum class Share { no, yes };

/// Opens and binds; listens only when the port is to be shared between shards.
Result<void> bind(tcp::acceptor& acceptor, const Address& address, Share share) {
    error_code error;
    const auto host = asio::ip::make_address(address.host, error);
    const tcp::endpoint endpoint(host, address.port);
    if (!error) acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && share == Share::yes) acceptor.set_option(ReusePort(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error && share == Share::yes)
        acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error == asio::error::address_in_use)
        return fail(Errc::unavailable, "net.port_in_use",
                    "'{}' is in use by another process; stop it or choose another port",
                    address.text());
    if (error)
        return fail(Errc::unavailable, "net.cannot_listen", "cannot listen on '{}': {}",
                    address.text(), error.message());
    return ok();
}

}  // namespace

Result<void> check_port_free(const Address& address) {
    asio::io_context io;
    tcp::acceptor probe(io);
    return bind(probe, address, Share::no);
}

Result<TcpListener> TcpListener::listen(rt::Executor* executor, const Address& address) {
    auto* const io = static_cast<asio::io_context*>(executor->native());
    if (io == nullptr)
        return fail(Errc::unsupported, "net.no_sockets", "cannot listen on '{}' in a simulation",
                    address.text());
    auto impl = std::make_shared<Impl>(*io);
    CHECK(bind(impl->acceptor, address, Share::yes));
    return TcpListener(std::move(impl));
}

Address TcpListener::address() const {
    error_code error;
    const auto endpoint = impl_->acceptor.local_endpoint(error);
    return {endpoint.address().to_string(), endpoint.port()};
}

rt::Task<TcpStream> TcpListener::accept(std::size_t input_bytes_max) {
    auto impl = impl_;
    auto accepted = std::make_shared<rt::OneShot<TcpStream>>();
    impl->acceptor.async_accept([accepted, impl, input_bytes_max](const error_code& error,
                                                                  tcp::socket socket) {
        if (error == asio::error::operation_aborted) return accepted->complete_now(rt::cancelled());
        if (error)
            return accepted->complete_now(fail(Errc::exhausted, "net.cannot_accept",
                                               "cannot accept a connection: {}", error.message()));
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        socket.set_option(UnsentMax(unsent_bytes_max), ignored);
        socket.non_blocking(true, ignored);
        accepted->complete_now(
            TcpStream(std::make_shared<TcpStream::Impl>(std::move(socket), input_bytes_max)));
    });
    Result<TcpStream> result = co_await *accepted;
    if (!result) {
        error_code ignored;
        impl->acceptor.cancel(ignored);
    }
    co_return result;
}

void TcpListener::close() {
    error_code ignored;
    impl_->acceptor.close(ignored);
}

}  // namespace weft::net
