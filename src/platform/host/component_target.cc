#include "platform/host/component_target.h"

#include <utility>

namespace weft::host {
namespace {

/// A call on its way to the other component, and who waits for it.
struct Crossing {
    engine::LaterReply reply;
    rt::TaskContext* context = nullptr;  // Of its task, while it runs.
    bool is_abandoned = false;
};

/// Its streams get the places that its values name, for they are attached in their order.
Result<void> answer(engine::LaterReply& reply, engine::Values values) {
    for (auto& stream : values.streams) CHECK(reply.attach(std::move(stream)));
    reply.answer(std::move(values.payload));
    return ok();
}

rt::Task<void> cross(std::shared_ptr<Crossing> crossing, rt::Task<engine::Values> call) {
    crossing->context = co_await rt::current_context();
    Result<engine::Values> values = co_await std::move(call);
    crossing->context = nullptr;
    Result<void> given = ok();
    if (values)
        given = answer(crossing->reply, std::move(*values));
    else
        given = Failure(std::move(values).error());
    if (!given) crossing->reply.refuse(given.error());
    co_return ok();
}

}  // namespace

ComponentTarget::ComponentTarget(ShardHost* host, const capability::LinkKey& link,
                                 value::Interface wanted)
    : host_(host),
      source_(link.source),
      link_name_(link.name),
      target_(link.target),
      wanted_(std::move(wanted)) {}

/// Names are compared once for each code that is served.
Result<ShardHost::Export> ComponentTarget::find(std::uint32_t function) {
    auto code = host_->code_of(target_);
    if (!code)
        return fail(Errc::unavailable, "host.link_target_gone",
                    "component '{}' calls '{}', which does not run on this host", source_, target_);
    if (!matched_ || matched_->code != code) {
        auto world = code->describe();
        auto functions =
            world ? match_exports(wanted_, *world)
                  : Result<std::vector<std::uint32_t>>(Failure(std::move(world).error()));
        matched_ = Matched{std::move(code), std::move(functions)};
    }
    if (!matched_->functions) return Failure(matched_->functions.error());
    return ShardHost::Export{(*matched_->functions)[function],
                             wanted_.name + "#" + wanted_.functions[function].name, matched_->code};
}

void ComponentTarget::call(rt::CallCtx ctx, std::uint32_t function, engine::Payload arguments,
                           engine::ImportReply& reply) {
    auto found = find(function);
    if (!found) return reply.refuse(found.error());
    engine::Values values(std::move(arguments));
    for (std::uint32_t place = 0;; ++place) {
        auto stream = reply.take_stream(place);
        if (!stream) break;
        values.streams.push_back(std::move(stream));
    }
    ctx.source = std::make_shared<const rt::CallSource>(
        rt::CallSource{source_, link_name_, std::move(ctx.source)});
    ++ctx.depth;
    auto crossing = std::make_shared<Crossing>(Crossing{reply.defer()});
    // The engine keeps the job with the reply, which is in here.
    crossing->reply.on_abandoned([weak = std::weak_ptr(crossing)] {
        const auto still = weak.lock();
        if (!still) return;
        still->is_abandoned = true;
        if (still->context != nullptr) still->context->cancel();
    });
    // Not on the stack of the guest that calls.
    host_->executor()->post([host = host_, crossing, ctx = std::move(ctx), target = target_,
                             function = std::move(*found), values = std::move(values)]() mutable {
        if (crossing->is_abandoned) return;
        auto task = cross(crossing, host->call(std::move(ctx), std::move(target),
                                               std::move(function), std::move(values)));
        const auto begun = host->calls_between().spawn(std::move(task));
        if (!begun) crossing->reply.refuse(begun.error());
    });
}

}  // namespace weft::host
