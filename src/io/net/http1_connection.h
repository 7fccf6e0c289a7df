#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/core/random.h"
#include "io/net/http1_body.h"
#include "io/net/http1_request.h"
#include "io/net/http1_response.h"
#include "io/net/http_server.h"
#include "io/net/tcp.h"

namespace weft::net {

/// What the connections of one server share. Shard-local.
struct Http1Shared {
    rt::Executor* executor;
    HttpHandler* handler;
    HttpLimits limits;
    const WallClock* clock;
    SeededRandom trace_ids;
    HttpServerStats stats{};
    bool draining = false;
    std::string date{};  ///< The Date field, made once a second.
    TimePoint date_until{};

    std::string_view date_now();
};

/// One client: reads requests one after the other and writes their responses. Two things must hold.
/// A body reads from the stream only while its request is the present one: it compares its decoder
/// with the connection's. And nothing of a request that was not read to its end is taken for the
/// next one: then the connection closes.
class Http1Connection : public std::enable_shared_from_this<Http1Connection> {
  public:
    Http1Connection(TcpStream stream, Http1Shared* shared)
        : stream_(std::move(stream)), shared_(shared) {}

    /// Runs until the client or the server is done with the connection. Keeps the connection alive
    /// by itself.
    static rt::Task<void> serve(std::shared_ptr<Http1Connection> self);
    /// Ends it now if it waits for a request, else after the present response.
    void drain();

  private:
    class RequestBody;

    rt::Task<std::optional<RequestHead>> read_head();
    Result<void> start_body(RequestHead& head);
    rt::Task<void> exchange(RequestHead head);
    rt::Task<void> send(HttpResponse response, bool is_head_request);
    ResponseHead plan_head(const HttpResponse& response, const rt::Chunk* first,
                           bool is_head_request);
    rt::Task<void> send_body(std::unique_ptr<rt::ByteSource> body, Framing framing, Bytes out,
                             rt::Chunk first);
    rt::Task<void> write(Bytes data);
    rt::Task<void> refuse(Error error);
    void skip_rest_of_body();

    TcpStream stream_;
    Http1Shared* shared_;  // Owned by the server, which closes all connections before it goes.
    rt::TaskContext* context_ = nullptr;
    std::shared_ptr<BodyDecoder> decoder_;  // Of the present request; shared with its body.
    rt::CallCtx call_;                      // Of the present request.
    bool client_is_http_1_0_ = false;
    bool keep_alive_ = true;
    bool is_idle_ = true;
    bool is_open_ = true;
};

}  // namespace weft::net
