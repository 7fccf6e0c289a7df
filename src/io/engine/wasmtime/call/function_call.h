#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "io/engine/values.h"
#include "io/engine/wasmtime/call/call.h"
#include "io/engine/wasmtime/streams/guest_stream.h"
#include "io/engine/wasmtime/streams/streams.h"

namespace weft::engine::wasmtime {

/// A call of an exported function: encoded arguments in, an encoded result out, with the streams
/// and futures that they name. It is over when the last of its result's streams is.
class FunctionCall final : public Call {
  public:
    struct Outcome {
        Payload payload;
        std::vector<std::unique_ptr<GuestStream>> streams;  // By place.
    };

    /// `executor` outlives the call; `streams` are those of its instance, which lives while it has
    /// to do with the call.
    FunctionCall(rt::Executor* executor, rt::CallCtx ctx, Streams* streams)
        : Call(executor, std::move(ctx)), streams_(streams) {}

    /// Gives it to the instance that `task` runs. Errors: exhausted (`engine.streams_full`),
    /// internal.
    Result<void> start(we_task* task, std::uint32_t function, Values arguments, Owner* owner);

    /// What it came to, once it has ended; once.
    Result<Outcome> take_outcome() { return std::move(*outcome_); }

    /// A stream of the result that is being read, from now on until `leave`.
    void enter(GuestStream* reader) { readers_.push_back(reader); }
    void leave(GuestStream* reader) { std::erase(readers_, reader); }
    /// What a read came to, in the light of what became of the call.
    Result<rt::Chunk> judge(Result<rt::Chunk> chunk) const;

    bool has_ended() const override { return outcome_.has_value(); }
    bool is_over() const override { return has_ended() && !has_streams(); }
    bool is_quiet() const override { return !news_ && !has_ended(); }
    void fail_with(Failure failure) override;
    void let_go() override;

  private:
    bool take_news() override { return std::exchange(news_, false); }
    bool has_streams() const {
        return !readers_.empty() || (*outcome_ && !(*outcome_)->streams.empty());
    }

    Streams* streams_;
    std::optional<Result<Outcome>> outcome_;
    bool news_ = false;
    std::vector<GuestStream*> readers_;  // Those of the result that live.
    std::optional<Failure> late_;        // Came after the outcome, while its streams were read.
};

}  // namespace weft::engine::wasmtime
