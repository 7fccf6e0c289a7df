#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/rt/call_ctx.h"
#include "base/rt/executor.h"
#include "base/rt/one_shot.h"
#include "base/rt/task.h"

namespace weft::engine::wasmtime {

/// One call of an instance, whatever is called: its name towards the library, its time, and who
/// waits for what it gives. Shared by the instance, as long as that has to do with it, and by the
/// reader. Shard-local.
class Call {
  public:
    /// Who is told when the call's time is over.
    class Owner {
      public:
        virtual void on_deadline(Call& call) = 0;

      protected:
        ~Owner() = default;
    };

    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    virtual ~Call() = default;

    std::uint64_t id() const { return id_; }
    const rt::CallCtx& context() const { return ctx_; }
    TimePoint deadline() const { return ctx_.deadline; }

    /// Nothing more will arrive: it is complete, or failed.
    virtual bool has_ended() const = 0;
    /// It needs nothing of the instance any more.
    virtual bool is_over() const { return has_ended(); }
    /// A poll that brought nothing for it needs no further work. True only for who can say so
    /// cheaply.
    virtual bool is_quiet() const { return false; }
    /// Ends it with an error unless it has ended.
    virtual void fail_with(Failure failure) = 0;
    /// The task that waited for it has gone and wants nothing of it any more.
    virtual void let_go() {}
    /// After each poll of the instance: moves on what goes into the guest.
    virtual void pump() {}
    /// So many bytes of a body that it reads or writes have moved: each KiB gives it one second
    /// more, up to the time that it had at its start. So a body that moves is not cut.
    void note_moved(std::size_t bytes);
    /// Wakes who waits, if something arrived.
    void notify();
    /// The library has let go of the call, or will: its time is not watched any more.
    virtual void detach();

    /// `co_await` returns when something has arrived. Errors: cancelled. One waiter.
    class Arrival;
    static Arrival wait(std::shared_ptr<Call> call);

  protected:
    /// `executor` outlives the call.
    Call(rt::Executor* executor, rt::CallCtx ctx) : executor_(executor), ctx_(std::move(ctx)) {}

    rt::Executor* executor() const { return executor_; }
    /// The library knows it as `id`: its time is watched from now on.
    void begin(std::uint64_t id, Owner* owner);
    /// True once after something arrived.
    virtual bool take_news() = 0;
    /// It has something for a reader that does not take it: then that reader's time runs.
    virtual bool waits_for_reader() const { return false; }

  private:
    void on_due();

    rt::Executor* executor_;
    rt::CallCtx ctx_;
    Duration time_{};         // From `begin` to the first deadline.
    Owner* owner_ = nullptr;  // Null before begin and after detach.
    std::uint64_t id_ = 0;
    rt::OneShot<void>* waiting_ = nullptr;  // Of the arrival that is awaited.
    std::optional<rt::Timer> due_;
};

class Call::Arrival {
  public:
    explicit Arrival(std::shared_ptr<Call> call) : call_(std::move(call)) {}

    bool await_ready() {
        call_->take_news();
        call_->waiting_ = &arrived_;
        return false;
    }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> awaiting) {
        return arrived_.await_suspend(awaiting);
    }
    Result<void> await_resume() {
        call_->waiting_ = nullptr;
        return arrived_.await_resume();
    }

  private:
    std::shared_ptr<Call> call_;
    rt::OneShot<void> arrived_;
};

inline Call::Arrival Call::wait(std::shared_ptr<Call> call) { return Arrival(std::move(call)); }

}  // namespace weft::engine::wasmtime
