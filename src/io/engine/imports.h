#pragma once

#include <cstdint>
#include <memory>
#include <thread>
#include <utility>

#include "base/core/result.h"
#include "base/rt/byte_stream.h"
#include "base/rt/call_ctx.h"
#include "base/rt/job.h"
#include "io/engine/payload.h"

namespace weft::engine {

/// What a guest is to write, and its place in the answer.
struct Output {
    std::uint32_t place = 0;
    std::unique_ptr<rt::ByteSource> written;
};

/// An answer that is given later. Any thread, except for one with streams; destroying it unanswered
/// ends the guest.
class LaterReply {
  public:
    /// How a kind of engine takes such answers. A token is its own and stands for one of them;
    /// `answer`, `refuse` and `drop` consume it.
    class Backend {
      public:
        virtual Result<std::uint32_t> attach(void* token,
                                             std::unique_ptr<rt::ByteSource> source) const = 0;
        virtual Result<Output> attach_output(void* token) const = 0;
        virtual bool watch(void* token, rt::Job abandoned) const = 0;
        virtual bool answer(void* token, Payload result) const = 0;
        virtual bool refuse(void* token, const Error& error) const = 0;
        virtual void drop(void* token) const = 0;

      protected:
        ~Backend() = default;
    };

    /// `backend` outlives it.
    LaterReply(const Backend& backend, void* token) : backend_(&backend), token_(token) {}
    LaterReply(LaterReply&& other) noexcept
        : backend_(other.backend_),
          token_(std::exchange(other.token_, nullptr)),
          thread_(other.thread_) {}
    LaterReply& operator=(LaterReply&& other) noexcept {
        std::swap(backend_, other.backend_);
        std::swap(token_, other.token_);
        std::swap(thread_, other.thread_);
        return *this;
    }
    ~LaterReply() {
        if (token_ != nullptr) backend_->drop(take_token());
    }

    /// As ImportReply::attach. On the executor of the instance, where the reply then stays: it is
    /// answered, refused or destroyed there. Errors: also cancelled (`engine.stream_unwanted`: the
    /// guest is gone).
    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) {
        thread_ = std::this_thread::get_id();
        return backend_->attach(token_, std::move(source));
    }
    /// As ImportReply::attach_output, with what is said of `attach`.
    Result<Output> attach_output() {
        thread_ = std::this_thread::get_id();
        return backend_->attach_output(token_);
    }
    /// Posts `job` to the executor of the instance when the guest is gone before the reply was
    /// used: it was ended, its call ran out of time or was cancelled, or it gave the import up.
    /// Nobody wants the answer then, and the handler cancels the work for it. A job that was posted
    /// also runs if the reply is used meanwhile; one that is not needed is destroyed, inside of a
    /// poll. A later job replaces it. False: the guest is gone already. On the executor of the
    /// instance.
    bool on_abandoned(rt::Job job) { return backend_->watch(token_, std::move(job)); }
    /// The encoded result. False: the guest is gone, nobody waits. Once, instead of `refuse`.
    bool answer(Payload result) { return backend_->answer(take_token(), std::move(result)); }
    /// Ends the guest: it cannot be told of an error that its interface has no place for.
    bool refuse(const Error& error) { return backend_->refuse(take_token(), error); }

  private:
    /// With it go what it carries and nobody reads, and their sources are shard-local.
    void* take_token() {
        WEFT_ASSERT(thread_ == std::thread::id() || thread_ == std::this_thread::get_id(),
                    "a reply with streams is used on the executor of its instance");
        return std::exchange(token_, nullptr);
    }

    const Backend* backend_;
    void* token_;             // Null once used.
    std::thread::id thread_;  // Of the last `attach`.
};

/// Where the answer of one call of an import goes. Valid during `on_import`: exactly one of
/// `answer`, `refuse` and `defer`, after what is taken and attached.
///
/// A `stream<u8>` or `future<T>` of WASI 0.3 is a ByteSource, and so is an `input-stream` of 0.2;
/// the encoded values hold only its place, as LEB128. A future is a source of one chunk, its
/// encoded value. Sources are used on the executor of the instance, and none keeps the instance
/// alive. An `output-stream` of a guest is a source with nothing to read, to be attached to a call
/// of another guest, which writes to it as long as the first one is there. A `pollable` is ready
/// when the source that was attached for it has its first chunk or ends.
class ImportReply {
  public:
    /// The stream or future at this place among the arguments, to read whenever the handler wants,
    /// also after the answer; null if there is none, or it was taken. What is not taken is closed.
    ///
    /// The guest waits while a chunk of at most 64 KiB lies unread, and learns when the source is
    /// destroyed that nobody reads. Cancelling a read loses nothing. The last chunk says that the
    /// guest closed its end. Errors of a read: unavailable (`engine.stream_cut`: the guest ended
    /// before it closed its end; what it wrote before comes first), cancelled.
    virtual std::unique_ptr<rt::ByteSource> take_stream(std::uint32_t place) = 0;
    /// Gives the guest a stream or future, before the answer that holds the place returned. It is
    /// read one chunk at a time, each when the guest wants it, and destroyed when it has ended,
    /// when the guest closes its end, or with the guest; a read under way is cancelled then.
    ///
    /// A stream has no errors: a source that fails ends the guest's stream as its last chunk would,
    /// so an interface that must tell gives a future beside it. A future whose source fails, or
    /// ends without a value of its type, ends the guest. Errors: exhausted
    /// (`engine.streams_full`: 128 in one answer), internal.
    virtual Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) = 0;
    /// Gives the guest an `output-stream`, before the answer that holds its place. The guest may
    /// write again when a chunk was read, and learns when the source is destroyed that nobody
    /// reads. Errors: those of `attach`; of a read those of `take_stream`.
    virtual Result<Output> attach_output() = 0;
    /// The encoded result, at once.
    virtual void answer(Payload result) = 0;
    /// As LaterReply::refuse.
    virtual void refuse(const Error& error) = 0;
    virtual LaterReply defer() = 0;

  protected:
    ~ImportReply() = default;
};

/// Answers what the guests of an instance import and the engine does not offer itself. Called on
/// the instance's executor inside a poll, on the guest's small stack: it answers or enqueues, and
/// returns.
class ImportHandler {
  public:
    virtual ~ImportHandler() = default;
    /// A guest calls import `function` (its place in `Component::describe`) with encoded arguments.
    ///
    /// `ctx` is that of the call of the instance during which it does: whose deadline and trace
    /// they are, and who called. Of a guest that serves its calls one after the other it is exactly
    /// that one. A guest that serves many at the same time does not say for which it calls, so
    /// there it is the newest call that the guest has begun.
    virtual void on_import(rt::CallCtx ctx, std::uint32_t function, Payload arguments,
                           ImportReply& reply) = 0;
    /// The guest dropped a handle of resource type `resource` that it owned, or ended with it.
    virtual void on_drop(std::uint32_t resource, BytesView handle) = 0;
};

}  // namespace weft::engine
