#include "io/net/http_server.h"

#include <array>
#include <bit>
#include <utility>

#include "base/core/random.h"
#include "base/rt/scope.h"
#include "base/rt/time.h"
#include "io/net/connection_table.h"
#include "io/net/http1_connection.h"
#include "io/net/tcp.h"

namespace weft::net {

struct HttpServer::Impl {
    Impl(Http1Shared common, TcpListener opened)
        : shared(std::move(common)),
          listener(std::move(opened)),
          table(&shared.limits, &shared.stats),
          accepting(shared.executor),
          serving(shared.executor) {}

    Http1Shared shared;
    TcpListener listener;
    ConnectionTable table;
    rt::Scope accepting;
    rt::Scope serving;

    rt::Task<void> accept_all();
    bool take_place(const ClientAddress& client, TimePoint now);
    rt::Task<void> serve(std::shared_ptr<Http1Connection> connection, ClientAddress client);
};

namespace {

/// After the process ran out of descriptors: long enough for some to close, short enough to go
/// unnoticed.
constexpr auto accept_pause = std::chrono::milliseconds(50);

/// For a client that finds no place on the whole host. It goes out before the request was read, and
/// Linux lets the client read it although the connection is closed at once.
constexpr std::string_view no_place =
    "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n"
    "content-length: 0\r\n\r\n";

}  // namespace

rt::Task<void> HttpServer::Impl::accept_all() {
    for (;;) {
        Result<TcpStream> stream = co_await listener.accept(shared.limits.head_bytes_max + 4);
        if (!stream && stream.error().code == Errc::cancelled) co_return ok();
        const auto now = shared.executor->now();
        if (!stream) {
            if (shared.connections != nullptr)
                shared.connections->note_failed_accept(now, stream.error().message);
            CO_CHECK(co_await rt::sleep_until(now + accept_pause));
            continue;
        }
        const auto client = stream->peer();
        if (!take_place(client, now)) {
            if (shared.connections != nullptr) (void)stream->try_write(as_bytes(no_place));
            continue;
        }
        auto connection = std::make_shared<Http1Connection>(std::move(*stream), &shared);
        CO_CHECK(serving.spawn(serve(std::move(connection), client)));
    }
}

/// A place in the table and in the budget of the host. Without one left in the budget a connection
/// that waits here makes room, and there is one too many until it has closed.
bool HttpServer::Impl::take_place(const ClientAddress& client, TimePoint now) {
    auto* const budget = shared.connections;
    const bool has_place = budget == nullptr || budget->try_take();
    const bool is_crowded =
        budget != nullptr && budget->connections() > budget->connections_max() / 2;
    const auto admission = table.admit(client, {has_place, is_crowded});
    if (admission == ConnectionTable::Admission::admitted) {
        if (!has_place) budget->take();
        return true;
    }
    if (budget == nullptr) return false;
    if (has_place) budget->give_back();
    if (admission == ConnectionTable::Admission::full) budget->note_refused(now);
    return false;
}

rt::Task<void> HttpServer::Impl::serve(std::shared_ptr<Http1Connection> connection,
                                       ClientAddress client) {
    const auto place = table.add(connection.get(), client);
    Result<void> result = co_await Http1Connection::serve(std::move(connection), &table, place);
    table.remove(place);
    if (shared.connections != nullptr) shared.connections->give_back();
    co_return result;
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const Options& options,
                                                       const Address& address) {
    TRY(auto listener, TcpListener::listen(options.executor, address));
    std::array<std::uint8_t, sizeof(std::uint64_t)> seed{};
    options.random->fill(seed);
    Http1Shared shared{.executor = options.executor,
                       .handler = options.handler,
                       .limits = options.limits,
                       .clock = options.clock,
                       .trace_ids = SeededRandom(std::bit_cast<std::uint64_t>(seed)),
                       .connections = options.connections};
    return std::unique_ptr<HttpServer>(
        new HttpServer(std::make_unique<Impl>(std::move(shared), std::move(listener))));
}

Address HttpServer::address() const { return impl_->listener.address(); }

const HttpServerStats& HttpServer::stats() const { return impl_->shared.stats; }

void HttpServer::set_proxies(std::vector<AddressRange> proxies) {
    impl_->table.set_proxies(std::move(proxies));
}

void HttpServer::start() {
    WEFT_ASSERT(impl_->accepting.spawn(impl_->accept_all()), "a server starts once");
}

rt::Task<void> HttpServer::stop_accepting() {
    impl_->shared.draining = true;
    co_await impl_->accepting.close();
    impl_->listener.close();
    impl_->table.drain_all();
    co_return ok();
}

rt::Task<void> HttpServer::drain() {
    CO_CHECK(co_await stop_accepting());
    co_await impl_->serving.drain();
    co_return ok();
}

rt::Task<void> HttpServer::stop() {
    co_await impl_->accepting.close();
    impl_->listener.close();
    co_await impl_->serving.close();
    co_return ok();
}

}  // namespace weft::net
