#include <atomic>
#include <optional>
#include <utility>

#include "base/rt/one_shot.h"
#include "io/engine/fake/fake_engine.h"

namespace weft::engine::fake {
namespace {

constexpr std::size_t streams_max = 128;

Failure unanswered() {
    return fail(Errc::internal, "engine.internal", "the host gave no answer to an import");
}

/// One call of an import, shared by the guest that waits and the reply.
struct Call {
    explicit Call(rt::Executor* own) : executor(own) {}

    rt::Executor* executor;  // Of the instance; outlives the guest.
    std::atomic<bool> guest_is_gone = false;
    std::vector<std::unique_ptr<rt::ByteSource>> attached;
    rt::OneShot<Carried> answered;

    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) {
        if (attached.size() == streams_max)
            return fail(Errc::exhausted, "engine.streams_full",
                        "a call or an answer carries at most 128 streams and futures");
        attached.push_back(std::move(source));
        return static_cast<std::uint32_t>(attached.size() - 1);
    }
    Result<Carried> with_streams(Payload result) {
        return Carried{.octets = Bytes(result.octets().begin(), result.octets().end()),
                       .streams = std::move(attached)};
    }
};

Failure refusal(const Error& error) {
    return fail(Errc::guest_trap, "engine.trap", "the component trapped: {}", error.message);
}

class Later final : public LaterReply {
  public:
    explicit Later(std::shared_ptr<Call> call) : call_(std::move(call)) {}
    ~Later() override {
        if (call_) complete(unanswered());
    }
    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) override {
        if (call_->guest_is_gone)
            return fail(Errc::cancelled, "engine.stream_unwanted",
                        "the instance has ended: nobody reads the stream");
        return call_->attach(std::move(source));
    }
    bool answer(Payload result) override {
        return complete(call_->with_streams(std::move(result)));
    }
    bool refuse(const Error& error) override { return complete(refusal(error)); }

  private:
    bool complete(Result<Carried> answer) {
        const auto call = std::exchange(call_, nullptr);
        if (call->guest_is_gone) return false;
        call->executor->post([call, answer = std::move(answer)]() mutable {
            call->answered.complete_now(std::move(answer));
        });
        return true;
    }
    std::shared_ptr<Call> call_;  // Null once answered.
};

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
    void answer(Payload result) override { give(call_->with_streams(std::move(result))); }
    void refuse(const Error& error) override { give(refusal(error)); }
    std::unique_ptr<LaterReply> defer() override {
        deferred_ = true;
        return std::make_unique<Later>(call_);
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
    }

  private:
    std::shared_ptr<Call> call_;
};

}  // namespace

rt::Task<Carried> World::import(std::uint32_t function, Carried arguments) {
    const auto imports = imports_;
    if (!imports) co_return unanswered();
    const auto call = std::make_shared<Call>((co_await rt::current_context())->executor());
    const Presence presence(call);
    {
        Reply reply(call, std::move(arguments.streams));
        imports->on_import(function, Payload::of(std::move(arguments.octets)), reply);
        reply.finish();
    }
    Result<Carried> answer = co_await call->answered;
    co_return answer;
}

}  // namespace weft::engine::fake
