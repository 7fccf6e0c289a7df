#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/random.h"
#include "io/net/body_pace.h"
#include "io/net/connection_table.h"
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
    std::size_t early_starts = 0;  ///< Requests that began before their content was complete.
    struct Slow {
        TimePoint since;
        ConnectionTable::Connection* connection;
    };
    /// Clients that are slow and waited for, the one that is so for longest first; twice if it is
    /// both ways.
    std::vector<Slow> slow{};

    std::string_view date_now();
    void add_slow(Slow one);
    void remove_slow(const ConnectionTable::Connection* connection);
    void forget_slow(const ConnectionTable::Connection* connection);
};

/// One client: reads requests one after the other and writes their responses. Four things must
/// hold. A body reads from the stream only while its request is the present one: it compares its
/// decoder with the connection's. Nothing of a request that was not read to its end is taken for
/// the next one: then the connection closes, and says so before. A response has exactly the
/// content that its head promises, or the connection ends: what a handler declares is not trusted.
/// And a request is with the handler only once its client did its part, or is one of few that have
/// not: else clients that send nothing would hold what others wait for.
class Http1Connection final : public ConnectionTable::Connection,
                              public std::enable_shared_from_this<Http1Connection> {
  public:
    Http1Connection(TcpStream stream, Http1Shared* shared)
        : stream_(std::move(stream)),
          shared_(shared),
          upload_(upload_rate()),
          download_(download_rate()) {}

    /// Runs until the client or the server is done with the connection. Keeps the connection alive
    /// by itself; `place` is its own in `table`.
    static rt::Task<void> serve(std::shared_ptr<Http1Connection> self, ConnectionTable* table,
                                ConnectionTable::Place place);
    void drain() override;
    void end() override;

  private:
    class RequestBody;
    /// The begin of a response.
    struct Opening {
        ResponseHead head;
        Bytes bytes = {};      ///< The head as it is sent.
        rt::Chunk first = {};  ///< What was ready of the content; not in `bytes`.
    };
    enum class Awaits { bytes, room };

    // Requests: http1_connection.cc.
    rt::Task<std::optional<RequestHead>> read_head();
    rt::Task<void> exchange(RequestHead head);
    HttpResponse answer_to(const Error& error);
    rt::Task<void> refuse(Error error);
    rt::Task<void> linger();

    rt::Task<void> await_client(Awaits what, const rt::ByteSource* source = nullptr);

    // Their content: http1_content.cc.
    BodyRate upload_rate() const;
    rt::Task<RequestHead> take_content(RequestHead head);
    rt::Task<rt::Chunk> gather();
    Result<bool> decode_some(rt::Chunk* content);
    bool try_start_early();
    void end_early_start();
    void send_continue();
    bool will_skip_rest_of_body() const;
    rt::Task<void> skip_rest_of_body();

    // Responses: http1_answer.cc.
    BodyRate download_rate() const;
    rt::Task<void> send(HttpResponse response, bool is_head_request);
    Result<Opening> open(HttpResponse& response, bool is_head_request);
    template <typename T>
    Result<T> noted(Result<T> result);
    rt::Task<void> send_body(std::unique_ptr<rt::ByteSource> body, Opening opening);
    rt::Task<void> write(Bytes data, const rt::ByteSource* source = nullptr);

    TcpStream stream_;
    Http1Shared* shared_;  // Owned by the server, which closes all connections before it goes.
    ConnectionTable* table_ = nullptr;  // The server's too.
    ConnectionTable::Place place_;      // Its own.
    rt::TaskContext* context_ = nullptr;
    std::shared_ptr<BodyDecoder> decoder_;  // Of the present request; shared with its body.
    std::optional<Error> body_error_;       // Why that body failed, if it did.
    BodyPace upload_;
    BodyPace download_;
    std::uint64_t sent_ = 0;  // Of the present response.
    // Each way, while the pace lags; else TimePoint::max().
    std::array<TimePoint, 2> slow_since_{TimePoint::max(), TimePoint::max()};
    rt::CallCtx call_;  // Of the present request.
    bool client_is_http_1_0_ = false;
    bool keep_alive_ = true;
    bool is_first_ = true;  // No request has come yet.
    bool is_idle_ = true;
    bool is_open_ = true;
    bool expects_continue_ = false;  // And has not got it.
    bool is_early_start_ = false;    // Counts in `shared_->early_starts`.
    bool has_begun_response_ = false;
    bool has_unread_input_ = false;  // The client may still send what nobody will read.
};

/// What a handler that fails because of the request itself is answered with. Never with content of
/// the handler's.
HttpResponse refusal_of(const Error& error);

}  // namespace weft::net
