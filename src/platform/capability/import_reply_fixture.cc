#include "platform/capability/import_reply_fixture.h"

#include "base/rt/pipe.h"

namespace weft::capability {
namespace {

using Outcome = RecordingReply::Outcome;

Bytes copy_of(const engine::Payload& payload) {
    return {payload.bytes().begin(), payload.bytes().end()};
}

Result<std::uint32_t> attach_to(Outcome& outcome, std::unique_ptr<rt::ByteSource> source) {
    if (outcome.is_gone)
        return fail(Errc::cancelled, "engine.stream_unwanted", "the guest is gone");
    outcome.attached.push_back(std::move(source));
    return static_cast<std::uint32_t>(outcome.attached.size() - 1);
}

Result<engine::Output> attach_output_to(Outcome& outcome) {
    TRY(const auto place, attach_to(outcome, nullptr));
    auto pipe = rt::make_pipe(64U << 10U);
    outcome.outputs[place] = std::move(pipe.sink);
    return engine::Output{place, std::move(pipe.source)};
}

/// A token is a share of the outcome.
class Later final : public engine::LaterReply::Backend {
  public:
    Result<std::uint32_t> attach(void* token,
                                 std::unique_ptr<rt::ByteSource> source) const override {
        return attach_to(*of(token), std::move(source));
    }
    Result<engine::Output> attach_output(void* token) const override {
        return attach_output_to(*of(token));
    }
    bool watch(void* token, rt::Job abandoned) const override {
        if (of(token)->is_gone) return false;
        of(token)->abandoned = std::move(abandoned);
        return true;
    }
    bool answer(void* token, engine::Payload result) const override {
        const auto outcome = take(token);
        if (!outcome->is_gone) outcome->result = copy_of(result);
        return !outcome->is_gone;
    }
    bool refuse(void* token, const Error& error) const override {
        const auto outcome = take(token);
        outcome->error = error;
        return !outcome->is_gone;
    }
    void drop(void* token) const override { take(token)->dropped = true; }

  private:
    static const std::shared_ptr<Outcome>& of(void* token) {
        return *static_cast<std::shared_ptr<Outcome>*>(token);
    }
    static std::shared_ptr<Outcome> take(void* token) {
        const std::unique_ptr<std::shared_ptr<Outcome>> owned(
            static_cast<std::shared_ptr<Outcome>*>(token));
        (*owned)->abandoned.drop();
        return *owned;
    }
};

constexpr Later later;

}  // namespace

std::unique_ptr<rt::ByteSource> RecordingReply::take_stream(std::uint32_t place) {
    return place < outcome_->arguments.size() ? std::move(outcome_->arguments[place]) : nullptr;
}

Result<std::uint32_t> RecordingReply::attach(std::unique_ptr<rt::ByteSource> source) {
    return attach_to(*outcome_, std::move(source));
}

Result<engine::Output> RecordingReply::attach_output() { return attach_output_to(*outcome_); }

void RecordingReply::answer(engine::Payload result) {
    WEFT_ASSERT(outcome_->is_waiting(), "a call is answered once");
    outcome_->result = copy_of(result);
}

void RecordingReply::refuse(const Error& error) {
    WEFT_ASSERT(outcome_->is_waiting(), "a call is answered once");
    outcome_->error = error;
}

engine::LaterReply RecordingReply::defer() {
    WEFT_ASSERT(outcome_->is_waiting(), "a call is answered once");
    outcome_->deferred = true;
    return {later, new std::shared_ptr<Outcome>(outcome_)};
}

}  // namespace weft::capability
