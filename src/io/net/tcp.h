#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/rt/executor.h"
#include "base/rt/task.h"
#include "io/net/address.h"
#include "io/net/address_range.h"

namespace weft::net {

/// One connection with a bounded input buffer of its own, so that a peer cannot make the host keep
/// more than that. Shard-local; one fill and one wait for room at a time. Destroying it closes the
/// connection; no task of it may run then.
class TcpStream {
  public:
    struct Impl;
    explicit TcpStream(std::shared_ptr<Impl> impl);
    TcpStream(TcpStream&&) noexcept;
    TcpStream& operator=(TcpStream&&) noexcept;
    ~TcpStream();

    /// Bytes that have arrived and were not consumed. Valid until the next call that is not const.
    BytesView input() const;
    void consume(std::size_t bytes);
    /// True when no more bytes will come: the peer closed its side or the connection broke.
    bool is_ended() const;

    /// Waits until the input has grown or the stream ended, at most until `due`. Errors: deadline,
    /// cancelled, exhausted (the buffer is full and nothing was consumed).
    rt::Task<void> fill(TimePoint due);

    /// While set, the peer's close cancels `context`: for work whose result has no reader any more.
    /// Reads ahead into the free part of the buffer. Null ends the watch. `context` is borrowed and
    /// must outlive the watch.
    void watch(rt::TaskContext* context);

    /// Sends what the kernel takes at once; returns the number of bytes. Errors: unavailable (the
    /// connection broke).
    Result<std::size_t> try_write(BytesView data);
    /// Waits until the kernel takes more, at most until `due`. One waiter. Errors: unavailable,
    /// deadline, cancelled.
    rt::Task<void> writable(TimePoint due);
    /// Bytes that the kernel took and the peer has not confirmed: how slow a peer is shows here
    /// long before the kernel takes more.
    std::size_t unconfirmed_bytes() const;
    /// Where the peer is; all zero once the connection broke.
    ClientAddress peer() const;

    /// Ends our side and lets the peer read what was sent.
    void shutdown_write();
    /// Closes it at once; what was sent and not confirmed is lost.
    void abort();

  private:
    std::shared_ptr<Impl> impl_;
};

/// Accepts connections on one executor. Several shards may listen on one address: the kernel
/// spreads connections.
class TcpListener {
  public:
    struct Impl;
    /// Errors: unavailable (port in use, address not of this machine, no permission),
    /// unsupported (a simulation has no sockets).
    static Result<TcpListener> listen(rt::Executor* executor, const Address& address);
    TcpListener(TcpListener&&) noexcept;
    TcpListener& operator=(TcpListener&&) noexcept;
    ~TcpListener();

    /// The address with the port that the kernel chose.
    Address address() const;
    /// Errors: cancelled, exhausted (no file descriptors left: try again later).
    rt::Task<TcpStream> accept(std::size_t input_bytes_max);
    /// Stops accepting from now on.
    void close();

  private:
    explicit TcpListener(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

/// Fails when another process listens on `address` already: `SO_REUSEPORT` would share the port
/// without a word. Errors: unavailable.
Result<void> check_port_free(const Address& address);

}  // namespace weft::net
