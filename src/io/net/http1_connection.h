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
    ConnectionBudget* connections;  ///< May be null.
    HttpServerStats stats{};
    bool draining = false;
    std::string date{};  ///< The Date field, made once a second.
    TimePoint date_until{};

    std::string_view date_now();
};

/// One client: reads requests one after the other and writes their responses. Three things must
/// hold. A body reads from the stream only while its request is the present one: it compares its
/// decoder with the connection's. Nothing of a request that was not read to its end is taken for
/// the next one: then the connection closes, and says so before. And a response has exactly the
/// content that its head promises, or the connection ends: what a handler declares is not trusted.
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
    /// The begin of a response.
    struct Opening {
        ResponseHead head;
        Bytes bytes = {};      ///< The head as it is sent.
        rt::Chunk first = {};  ///< What was ready of the content; not in `bytes`.
    };

    rt::Task<std::optional<RequestHead>> read_head();
    Result<void> start_body(RequestHead& head);
    rt::Task<void> exchange(RequestHead head);
    HttpResponse answer_to(const Error& error);
    rt::Task<void> send(HttpResponse response, bool is_head_request);
    Result<Opening> open(HttpResponse& response, bool is_head_request);
    template <typename T>
    Result<T> noted(Result<T> result);
    rt::Task<void> send_body(std::unique_ptr<rt::ByteSource> body, Opening opening);
    rt::Task<void> write(Bytes data);
    rt::Task<void> refuse(Error error);
    bool will_skip_rest_of_body() const;
    rt::Task<void> skip_rest_of_body();
    rt::Task<void> linger();

    TcpStream stream_;
    Http1Shared* shared_;  // Owned by the server, which closes all connections before it goes.
    rt::TaskContext* context_ = nullptr;
    std::shared_ptr<BodyDecoder> decoder_;  // Of the present request; shared with its body.
    std::optional<Error> body_error_;       // Why that body failed, if it did.
    rt::CallCtx call_;                      // Of the present request.
    bool client_is_http_1_0_ = false;
    bool keep_alive_ = true;
    bool is_idle_ = true;
    bool is_open_ = true;
    bool expects_continue_ = false;  // And has not got it.
    bool has_begun_response_ = false;
    bool has_unread_input_ = false;  // The client may still send what nobody will read.
};

}  // namespace weft::net
