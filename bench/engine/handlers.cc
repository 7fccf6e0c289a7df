#include "bench/engine/handlers.h"

#include <utility>

#include "bench/engine/figure.h"
#include "bench/engine/guests.h"

namespace weft::bench {
namespace {

/// The first of two small numbers is a number of its own.
engine::Payload result_of(std::uint32_t function, engine::Payload arguments) {
    if (function != static_cast<std::uint32_t>(What::add)) return arguments;
    const auto parts = std::move(arguments).release();
    return {parts.bytes.first(1), parts.free, parts.owner};
}

rt::Task<void> forward(engine::Instance* callee, rt::CallCtx ctx, std::uint32_t function,
                       engine::Payload arguments, engine::LaterReply reply) {
    Result<engine::Values> result =
        co_await callee->call(std::move(ctx), function, std::move(arguments), nullptr);
    if (result)
        reply.answer(std::move(result->payload));
    else
        reply.refuse(result.error());
    co_return ok();
}

}  // namespace

void Inline::on_import(rt::CallCtx, std::uint32_t function, engine::Payload arguments,
                       engine::ImportReply& reply) {
    reply.answer(result_of(function, std::move(arguments)));
}

void Posted::on_import(rt::CallCtx, std::uint32_t function, engine::Payload arguments,
                       engine::ImportReply& reply) {
    executor_->post(
        [later = reply.defer(), result = result_of(function, std::move(arguments))]() mutable {
            later.answer(std::move(result));
        });
}

// Nothing of the engine may be called from here: the task starts when the poll is over.
void Joined::on_import(rt::CallCtx ctx, std::uint32_t function, engine::Payload arguments,
                       engine::ImportReply& reply) {
    came_.push_back(now_ns());
    executor_->post([this, ctx = std::move(ctx), function, later = reply.defer(),
                     arguments = std::move(arguments)]() mutable {
        WEFT_ASSERT(scope_->spawn(forward(callee_, std::move(ctx), function, std::move(arguments),
                                          std::move(later))),
                    "the scope is open while the guests run");
    });
}

std::vector<double> Joined::take_intervals() {
    std::vector<double> intervals;
    for (std::size_t index = 1; index < came_.size(); ++index)
        intervals.push_back(came_[index] - came_[index - 1]);
    came_.clear();
    return intervals;
}

}  // namespace weft::bench
