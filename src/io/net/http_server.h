#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "base/core/random.h"
#include "base/core/time.h"
#include "base/rt/call_ctx.h"
#include "base/rt/executor.h"
#include "io/net/address.h"
#include "io/net/address_range.h"
#include "io/net/connection_budget.h"
#include "io/net/http_message.h"

namespace weft::net {

/// What answers requests. Called on the server's shard.
class HttpHandler {
  public:
    virtual ~HttpHandler() = default;
    /// The most content that this request, whose head has come, may have; more is 413.
    virtual std::uint64_t body_bytes_max(const HttpRequest& /*request*/) const {
        return std::numeric_limits<std::uint64_t>::max();
    }
    /// `ctx.trace_id` is new for each request. Cancelled when the client leaves. An error becomes a
    /// response through `refuse`.
    virtual rt::Task<HttpResponse> handle(rt::CallCtx ctx, HttpRequest request) = 0;
    /// The response that tells the client of an error: of `handle`, or of a body that failed before
    /// its first byte.
    virtual HttpResponse refuse(const rt::CallCtx& ctx, const Error& error) = 0;
    /// Told of a response that could not be sent to its end as its head promised.
    virtual void note_broken(const rt::CallCtx& ctx, const Error& error) = 0;
};

/// Bounds of one server. Of a client's waits only those count in which something waits for it.
struct HttpLimits {
    /// Open at the same time. When there are as many, the one that has waited longest for a request
    /// makes room; when none does, the new one is closed at once.
    std::size_t connections_max = 10'000;
    /// From one client, once more than half of `connections_max` are open. Of IPv6 a client is a
    /// network of 64 bits; those in `HttpServer::set_proxies` have no such bound.
    std::size_t connections_per_client_max = 100;
    std::size_t head_bytes_max = 64U << 10U;  ///< Request line and fields; more is 431.
    std::uint64_t body_bytes_max =
        std::numeric_limits<std::uint64_t>::max();  ///< Content of one request, which streams; more
                                                    ///< is 413.
    Duration first_head_wait =
        std::chrono::seconds(10);  ///< From the connection to the end of its first head; then 408,
                                   ///< or closed if nothing came.
    Duration head_wait = std::chrono::seconds(
        10);  ///< From the first byte of a later request to its empty line; then 408.
    Duration idle_wait = std::chrono::seconds(60);  ///< Without any request; then closed.

    std::uint64_t body_rate_min = 1024;              ///< Bytes per second, either way; see below.
    Duration body_grace = std::chrono::seconds(5);   ///< How far a request's content may be behind
                                                     ///< that rate; then 408.
    Duration body_wait = std::chrono::seconds(30);   ///< The longest pause of a content that was
                                                     ///< faster before; then 408.
    Duration write_wait = std::chrono::seconds(30);  ///< How far the client may be behind that rate
                                                     ///< in taking a response; then closed.
    Duration slow_after = std::chrono::milliseconds(500);  ///< A client so far behind it is slow.
    /// A client so far behind it in taking a response for whose place others wait is closed; one
    /// that took at least `trusted_bytes` of it only when it is slow.
    Duration wanted_after = std::chrono::milliseconds(20);
    std::size_t trusted_bytes = 256U << 10U;
    /// Slow clients whose request is with the handler. One more, and the one that is slow for
    /// longest is closed.
    std::size_t slow_clients_max = 8;

    /// A request is given to the handler when its content is complete or so much of it has come.
    std::size_t start_bytes = 16U << 10U;
    /// Requests with less are given to it with the first byte, or after `start_wait` without any,
    /// as long as not more than so many are there whose content is not complete. The others wait.
    std::size_t early_starts_max = 8;
    Duration start_wait = std::chrono::milliseconds(100);

    /// What is read, and for how long, of a request that was answered before all of it came, so
    /// that its connection can go on.
    std::size_t skipped_bytes_max = 64U << 10U;
    /// Or so that the client sees the answer before the connection closes: `linger_wait` is how far
    /// it may be behind `body_rate_min` then, `linger_max` the whole time.
    Duration linger_wait = std::chrono::seconds(5);
    Duration linger_max = std::chrono::seconds(30);
};

/// Counters since start, read on the shard.
struct HttpServerStats {
    std::uint64_t connections = 0;             ///< Open now.
    std::uint64_t connections_refused = 0;     ///< Closed at once: `connections_max`.
    std::uint64_t connections_over_share = 0;  ///< Closed at once: `connections_per_client_max`.
    std::uint64_t connections_made_room = 0;   ///< Closed while idle, for a new one.
    std::uint64_t requests = 0;
    std::uint64_t requests_malformed =
        0;  ///< Answered by the server itself: 400, 408, 413, 431, 501, 505.
    std::uint64_t clients_gone = 0;     ///< Left before their response was complete.
    std::uint64_t heads_too_slow = 0;   ///< `first_head_wait`, `head_wait`.
    std::uint64_t bodies_too_slow = 0;  ///< `body_grace`, `body_wait`, `write_wait`.
    std::uint64_t slow_ended = 0;       ///< `slow_clients_max`, `wanted_after`.
    std::uint64_t starts_held = 0;      ///< Requests that had to wait: `early_starts_max`.
    std::uint64_t contents_unread = 0;  ///< Connections that ended for it: `skipped_bytes_max`.
    std::uint64_t lingers_cut = 0;      ///< `linger_wait`, `linger_max`.
};

/// HTTP/1.1 and 1.0 on one address and one shard. Source: RFC 9110, RFC 9112.
class HttpServer {
  public:
    /// What it works with; all of it outlives the server. The servers of several shards may share
    /// `clock` and `random`, which then allow calls from all of them.
    struct Options {
        rt::Executor* executor = nullptr;
        HttpHandler* handler = nullptr;
        const WallClock* clock = nullptr;         ///< For the Date field.
        Random* random = nullptr;                 ///< For trace ids.
        ConnectionBudget* connections = nullptr;  ///< Of the whole host; null: without.
        HttpLimits limits = {};
    };

    /// Listens at once; serves once `start` was called. Errors: those of
    /// `TcpListener::listen`.
    static Result<std::unique_ptr<HttpServer>> listen(const Options& options,
                                                      const Address& address);
    ~HttpServer();

    Address address() const;
    /// Accepts connections from now on.
    void start();
    /// Whose connections are those of many clients.
    void set_proxies(std::vector<AddressRange> proxies);
    /// Accepts nothing more and closes idle connections; requests under way go on.
    rt::Task<void> stop_accepting();
    /// Stops accepting, and returns when no request is under way any more.
    rt::Task<void> drain();
    /// Ends everything at once.
    rt::Task<void> stop();
    const HttpServerStats& stats() const;

  private:
    struct Impl;
    explicit HttpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace weft::net
