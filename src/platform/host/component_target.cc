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

/// The link, and what its interface comes to in the code that was called last.
struct ComponentTarget::Linked {
    struct Matched {
        std::shared_ptr<const engine::Component> code;
        Result<std::vector<std::uint32_t>> functions;
    };

    ShardHost* host;
    capability::LinkKey link;
    value::Interface wanted;
    std::optional<Matched> matched = {};

    /// Names are compared once for each code that is served.
    Result<ShardHost::Export> find(std::uint32_t function) {
        auto code = host->code_of(link.target);
        if (!code)
            return fail(Errc::unavailable, "host.link_target_gone",
                        "component '{}' calls '{}', which does not run on this host", link.source,
                        link.target);
        if (!matched || matched->code != code) {
            auto world = code->describe();
            auto functions =
                world ? match_exports(wanted, *world)
                      : Result<std::vector<std::uint32_t>>(Failure(std::move(world).error()));
            matched = Matched{std::move(code), std::move(functions)};
        }
        if (!matched->functions) return Failure(matched->functions.error());
        return ShardHost::Export{(*matched->functions)[function],
                                 wanted.name + "#" + wanted.functions[function].name};
    }

    /// The number is of the code that is called: nothing comes between.
    Result<void> begin(rt::CallCtx ctx, std::uint32_t function, engine::Values arguments,
                       const std::shared_ptr<Crossing>& crossing) {
        TRY(auto found, find(function));
        return host->calls_between().spawn(
            cross(crossing,
                  host->call(std::move(ctx), link.target, std::move(found), std::move(arguments))));
    }
};

ComponentTarget::ComponentTarget(ShardHost* host, const capability::LinkKey& link,
                                 value::Interface wanted)
    : linked_(std::make_shared<Linked>(Linked{host, link, std::move(wanted)})) {}

void ComponentTarget::call(rt::CallCtx ctx, std::uint32_t function, engine::Payload arguments,
                           engine::ImportReply& reply) {
    engine::Values values(std::move(arguments));
    for (std::uint32_t place = 0;; ++place) {
        auto stream = reply.take_stream(place);
        if (!stream) break;
        values.streams.push_back(std::move(stream));
    }
    ctx.source = std::make_shared<const rt::CallSource>(
        rt::CallSource{linked_->link.source, linked_->link.name, std::move(ctx.source)});
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
    linked_->host->executor()->post([linked = linked_, crossing, ctx = std::move(ctx), function,
                                     values = std::move(values)]() mutable {
        if (crossing->is_abandoned) return;
        const auto begun = linked->begin(std::move(ctx), function, std::move(values), crossing);
        if (!begun) crossing->reply.refuse(begun.error());
    });
}

}  // namespace weft::host
