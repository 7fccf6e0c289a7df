#include <atomic>
#include <optional>
#include <utility>

#include "base/rt/one_shot.h"
#include "base/rt/pipe.h"
#include "io/engine/fake/fake_engine.h"

namespace weft::engine::fake {
namespace {

Failure unanswered() {
    return fail(Errc::internal, "engine.internal", "the host gave no answer to an import");
}

Failure unwanted() {
    return fail(Errc::cancelled, "engine.stream_unwanted",
                "the instance has ended: nobody reads the stream");
}

constexpr std::size_t window_bytes = 64U << 10U;

/// One call of an import, shared by the guest that waits and the reply.
struct Call {
    explicit Call(rt::Executor* own) : executor(own) {}

    rt::Executor* executor;  // Of the instance; outlives the guest.
    std::atomic<bool> guest_is_gone = false;
    std::atomic<bool> is_answered = false;
    rt::Job abandoned;  // Posted if the guest goes first; used on the executor only.
    std::vector<std::unique_ptr<rt::ByteSource>> attached;
    std::map<std::uint32_t, std::shared_ptr<rt::ByteSink>> outputs;
    rt::OneShot<Carried> answered;

    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) {
        if (attached.size() == streams_max)
            return fail(Errc::exhausted, "engine.streams_full",
                        "a call or an answer carries at most 128 streams and futures");
        attached.push_back(std::move(source));
        return static_cast<std::uint32_t>(attached.size() - 1);
    }
    Result<Output> attach_output() {
        auto pipe = rt::make_pipe(window_bytes);
        TRY(const auto place, attach(nullptr));
        outputs[place] = std::move(pipe.sink);
        return Output{place, std::move(pipe.source)};
    }
    Result<Carried> with_streams(Payload result) {
        return Carried{.bytes = Bytes(result.bytes().begin(), result.bytes().end()),
                       .streams = std::move(attached),
                       .outputs = std::move(outputs)};
    }
};

Failure refusal(const Error& error) {
    return fail(Errc::guest_trap, "engine.trap", "the component trapped: {}", error.message);
}

/// A token is a share in the call.
class Later final : public LaterReply::Backend {
  public:
    using Share = std::shared_ptr<Call>;

    Result<std::uint32_t> attach(void* token,
                                 std::unique_ptr<rt::ByteSource> source) const override {
        const auto& call = *static_cast<Share*>(token);
        if (call->guest_is_gone) return unwanted();
        return call->attach(std::move(source));
    }
    Result<Output> attach_output(void* token) const override {
        const auto& call = *static_cast<Share*>(token);
        if (call->guest_is_gone) return unwanted();
        return call->attach_output();
    }
    bool watch(void* token, rt::Job abandoned) const override {
        const auto& call = *static_cast<Share*>(token);
        if (call->guest_is_gone) return false;
        call->abandoned = std::move(abandoned);
        return true;
    }
    bool answer(void* token, Payload result) const override {
        const auto call = take(token);
        return complete(call, call->with_streams(std::move(result)));
    }
    bool refuse(void* token, const Error& error) const override {
        return complete(take(token), refusal(error));
    }
    void drop(void* token) const override { complete(take(token), unanswered()); }

  private:
    static Share take(void* token) {
        const std::unique_ptr<Share> share(static_cast<Share*>(token));
        return *share;
    }
    static bool complete(const Share& call, Result<Carried> answer) {
        if (call->guest_is_gone) return false;
        call->is_answered = true;
        call->executor->post([call, answer = std::move(answer)]() mutable {
            call->answered.complete_now(std::move(answer));
        });
        return true;
    }
};

constexpr Later later;

class Reply final : public ImportReply {
  public:
    Reply(std::shared_ptr<Call> call, std::vector<std::unique_ptr<rt::ByteSource>> streams)
        : call_(std::move(call)), streams_(std::move(streams)) {}
    std::unique_ptr<rt::ByteSource> take_stream(std::uint32_t place) override {
        return place < streams_.size() ? std::move(streams_[place]) : nullptr;
    }
    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) override {
        return call_->attach(std::move(source));
    }
    Result<Output> attach_output() override { return call_->attach_output(); }
    void answer(Payload result) override { give(call_->with_streams(std::move(result))); }
    void refuse(const Error& error) override { give(refusal(error)); }
    LaterReply defer() override {
        deferred_ = true;
        return {later, new Later::Share(call_)};
    }
    void finish() {
        if (!deferred_) give(unanswered());
    }

  private:
    void give(Result<Carried> answer) { call_->answered.complete(std::move(answer)); }

    std::shared_ptr<Call> call_;
    std::vector<std::unique_ptr<rt::ByteSource>> streams_;
    bool deferred_ = false;
};

/// Says that the guest is gone when its call of an import is over, however it ends.
class Presence {
  public:
    explicit Presence(std::shared_ptr<Call> call) : call_(std::move(call)) {}
    Presence(const Presence&) = delete;
    Presence& operator=(const Presence&) = delete;
    ~Presence() {
        call_->guest_is_gone = true;
        call_->attached.clear();
        call_->outputs.clear();
        auto abandoned = std::exchange(call_->abandoned, {});
        if (abandoned && !call_->is_answered) call_->executor->post(std::move(abandoned));
    }

  private:
    std::shared_ptr<Call> call_;
};

}  // namespace

rt::Task<Carried> GuestHost::import(std::uint32_t function, Carried arguments) {
    const auto imports = imports_;
    if (!imports) co_return unanswered();
    const auto call = std::make_shared<Call>((co_await rt::current_context())->executor());
    const Presence presence(call);
    rt::Timer due(
        [](void* self) { static_cast<Call*>(self)->answered.complete_now(out_of_time()); },
        call.get());
    if (ctx_.deadline != TimePoint::max()) call->executor->arm(due, ctx_.deadline);
    {
        Reply reply(call, std::move(arguments.streams));
        imports->on_import(ctx_, function, Payload::of(std::move(arguments.bytes)), reply);
        reply.finish();
    }
    Result<Carried> answer = co_await call->answered;
    co_return answer;
}

}  // namespace weft::engine::fake
