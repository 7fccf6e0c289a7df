#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "base/core/random.h"
#include "base/core/time.h"
#include "base/rt/call_ctx.h"
#include "base/rt/executor.h"
#include "io/net/address.h"
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

/// Bounds of one server.
struct HttpLimits {
    std::size_t connections_max = 10'000;     ///< Open at the same time; more are closed at once.
    std::size_t head_bytes_max = 64U << 10U;  ///< Request line and fields; more is 431.
    std::uint64_t body_bytes_max =
        std::numeric_limits<std::uint64_t>::max();  ///< Content of one request, which streams; more
                                                    ///< is 413.
    Duration head_wait = std::chrono::seconds(
        10);  ///< From the first byte of a request to its empty line; then 408.
    Duration idle_wait = std::chrono::seconds(60);  ///< Without any request; then closed.
    Duration body_wait =
        std::chrono::seconds(30);  ///< Without a byte of a body that is read; then 408.
    Duration write_wait =
        std::chrono::seconds(30);  ///< Without the client taking what is sent; then closed.
};

/// Counters since start, read on the shard.
struct HttpServerStats {
    std::uint64_t connections = 0;          ///< Open now.
    std::uint64_t connections_refused = 0;  ///< Closed at once, over the limit.
    std::uint64_t requests = 0;
    std::uint64_t requests_malformed =
        0;  ///< Answered by the server itself: 400, 408, 413, 431, 501, 505.
    std::uint64_t clients_gone = 0;  ///< Left before their response was complete.
};

/// HTTP/1.1 and 1.0 on one address and one shard. Source: RFC 9110, RFC 9112.
class HttpServer {
  public:
    /// What it works with; all of it outlives the server. The servers of several shards may share
    /// `clock` and `random`, which then allow calls from all of them.
    struct Options {
        rt::Executor* executor = nullptr;
        HttpHandler* handler = nullptr;
        const WallClock* clock = nullptr;  ///< For the Date field.
        Random* random = nullptr;          ///< For trace ids.
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
