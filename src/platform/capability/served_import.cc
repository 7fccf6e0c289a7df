#include "platform/capability/served_import.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/codec/interface_name.h"
#include "base/core/assert.h"

namespace weft::capability {
namespace {

/// What an ImportTarget and the tasks of its calls share: a call keeps it until its task's frame is
/// gone, so the scope is destroyed when nothing runs in it.
struct Shared {
    Shared(rt::Executor* executor, std::shared_ptr<ServedFunctions> served)
        : functions(std::move(served)), calls(executor) {}

    std::shared_ptr<ServedFunctions> functions;
    rt::Scope calls;
};

class ServedImport final : public ImportTarget {
  public:
    using Drop = void (*)(ServedFunctions&, BytesView);

    ServedImport(std::shared_ptr<Shared> shared, std::vector<const ServedFunction*> functions,
                 std::vector<Drop> drops)
        : functions_(std::move(functions)), drops_(std::move(drops)), shared_(std::move(shared)) {}
    void call(rt::CallCtx ctx, std::uint32_t function, engine::Payload arguments,
              engine::ImportReply& reply) override {
        WEFT_ASSERT(function < functions_.size(), "a function is one of those that are imported");
        if (shared_->calls.running() >= waiting_calls_max)
            return reply.refuse({Errc::exhausted, "capability.calls_full",
                                 fmt::format("{} calls of one import wait for their answer, as "
                                             "many as may",
                                             waiting_calls_max)});
        const auto one = std::make_shared<ServedCall>(reply, shared_);
        auto task =
            functions_[function]->begin(shared_->functions, std::move(ctx), arguments.bytes(), one);
        if (!task) return one->refuse(task.error());
        const auto spawned = shared_->calls.spawn(*std::move(task));
        WEFT_ASSERT(spawned.has_value(), "the scope is open as long as the target is there");
        if (!one->is_answered()) one->defer();
    }

    void drop(std::uint32_t resource, BytesView handle) override {
        WEFT_ASSERT(resource < drops_.size(), "a resource is one of those that are imported");
        drops_[resource](*shared_->functions, handle);
    }

  private:
    std::vector<const ServedFunction*> functions_;  // By their number in the component.
    std::vector<Drop> drops_;
    std::shared_ptr<Shared> shared_;
};

Failure mismatch(const value::Interface& wanted, std::string_view what) {
    return fail(Errc::unsupported, "capability.import_mismatch", "{} {}", wanted.name, what);
}

Result<std::size_t> find_function(const ServedInterface& offered, const value::Interface& wanted,
                                  const value::Function& function) {
    const auto row = std::ranges::find(offered.functions, function.name, &ServedFunction::name);
    if (row == offered.functions.end())
        return mismatch(wanted, fmt::format("is not offered with '{}'", function.name));
    const auto description = row->describe(*row);
    if (description != function)
        return mismatch(wanted, fmt::format("is not offered with the type that '{}' has in the "
                                            "component: it wants '{}', this host has '{}'",
                                            function.name, value::function_text(function),
                                            value::function_text(description)));
    return static_cast<std::size_t>(row - offered.functions.begin());
}

}  // namespace

void ServedCall::answer(Bytes result) {
    WEFT_ASSERT(!answered_, "a call is answered once");
    answered_ = true;
    auto payload = engine::Payload::of(std::move(result));
    if (reply_ != nullptr)
        reply_->answer(std::move(payload));
    else
        later_->answer(std::move(payload));
}

void ServedCall::refuse(const Error& error) {
    WEFT_ASSERT(!answered_, "a call is answered once");
    answered_ = true;
    if (reply_ != nullptr)
        reply_->refuse(error);
    else
        later_->refuse(error);
}

void ServedCall::defer() {
    later_.emplace(std::exchange(reply_, nullptr)->defer());
    // The engine keeps the job with the reply, which is in here: it must not keep this.
    const bool is_wanted = later_->on_abandoned([weak = weak_from_this()] {
        if (const auto call = weak.lock()) call->give_up();
    });
    if (!is_wanted) give_up();
}

std::unique_ptr<rt::ByteSource> ServedCall::take(std::uint32_t place) {
    WEFT_ASSERT(reply_ != nullptr, "arguments are read inside of the call");
    return reply_->take_stream(place);
}

Result<std::uint32_t> ServedCall::attach(std::unique_ptr<rt::ByteSource> source) {
    return reply_ != nullptr ? reply_->attach(std::move(source))
                             : later_->attach(std::move(source));
}

void ServedCall::give_up() {
    if (task_ != nullptr) task_->cancel();
}

Result<std::vector<std::size_t>> match_functions(const ServedInterface& offered,
                                                 const value::Interface& wanted) {
    if (!codec::interface_fits(offered.name, wanted.name))
        return mismatch(wanted, fmt::format("is not offered, only {}", offered.name));
    std::vector<std::size_t> places;
    for (const auto& function : wanted.functions) {
        TRY(const auto place, find_function(offered, wanted, function));
        places.push_back(place);
    }
    for (const auto& resource : wanted.resources)
        if (std::ranges::find(offered.resources, resource, &ServedResource::name) ==
            offered.resources.end())
            return mismatch(wanted, fmt::format("is not offered with the resource '{}'", resource));
    return places;
}

Result<std::unique_ptr<ImportTarget>> serve_interface(const ServedInterface& offered,
                                                      rt::Executor* executor,
                                                      std::shared_ptr<ServedFunctions> functions,
                                                      const value::Interface& wanted) {
    TRY(const auto places, match_functions(offered, wanted));
    std::vector<const ServedFunction*> rows;
    rows.reserve(places.size());
    for (const auto place : places) rows.push_back(&offered.functions[place]);
    std::vector<ServedImport::Drop> drops;
    drops.reserve(wanted.resources.size());
    for (const auto& name : wanted.resources)
        drops.push_back(std::ranges::find(offered.resources, name, &ServedResource::name)->drop);
    return std::make_unique<ServedImport>(std::make_shared<Shared>(executor, std::move(functions)),
                                          std::move(rows), std::move(drops));
}

}  // namespace weft::capability
