#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/rt/call_ctx.h"
#include "base/rt/scope.h"
#include "base/rt/task.h"
#include "base/value/world.h"
#include "platform/capability/imports.h"
#include "platform/capability/wit_codec.h"

/// An interface of WIT as an object of C++: what tools/wit makes of one are a class `Functions`
/// with a task for each function, a table of them, and `serve`, which puts both behind an
/// ImportTarget.
namespace weft::capability {

/// What the classes `Functions` have in common.
///
/// A task whose `Result` is a failure ends the guest; an error that the guest shall see is in its
/// value. A task is cancelled when nobody waits for its answer any more. It may end after the
/// ImportTarget was destroyed, so what it uses is shared with it. What it does before its
/// first wait runs on the guest's small stack.
class ServedFunctions {
  public:
    virtual ~ServedFunctions() = default;
};

/// One call of a guest until it is answered. While ImportTarget::call runs, its ImportReply takes
/// the answer; afterwards a LaterReply does. Shard-local.
class ServedCall final : public std::enable_shared_from_this<ServedCall>, wit::StreamPlaces {
  public:
    /// `reply` is used until `defer`; `owner` lives as long as the call.
    ServedCall(engine::ImportReply& reply, std::shared_ptr<void> owner)
        : reply_(&reply), owner_(std::move(owner)) {}

    StreamPlaces& places() { return *this; }
    /// The task that works for it, which `give_up` cancels; null when it has ended.
    void set_task(rt::TaskContext* task) { task_ = task; }
    bool is_answered() const { return answered_; }
    /// Once, instead of `refuse`.
    void answer(Bytes result);
    void refuse(const Error& error);
    /// The answer comes after ImportTarget::call has returned.
    void defer();

  private:
    std::unique_ptr<rt::ByteSource> take(std::uint32_t place) override;
    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) override;
    void give_up();

    engine::ImportReply* reply_;  // Null once the call of the ImportTarget is over.
    std::optional<engine::LaterReply> later_;
    std::shared_ptr<void> owner_;
    rt::TaskContext* task_ = nullptr;
    bool answered_ = false;
};

/// A function of an interface: a row of the table that tools/wit makes.
struct ServedFunction {
    /// As in a component: "[method]bucket.get".
    std::string_view name;
    value::Function (*describe)(const ServedFunction& row);
    /// Reads the arguments and gives the task that answers the call.
    Result<rt::Task<void>> (*begin)(std::shared_ptr<ServedFunctions> functions, rt::CallCtx ctx,
                                    BytesView arguments, std::shared_ptr<ServedCall> call);
    std::string_view params;  ///< Their names, with a blank between them.
    bool is_async;
};
struct ServedResource {
    std::string_view name;
    void (*drop)(ServedFunctions& functions, BytesView handle);
};
struct ServedInterface {
    std::string_view name;
    std::span<const ServedFunction> functions;
    std::span<const ServedResource> resources;
};

/// Where each function of `wanted` is in the table. Errors: unsupported
/// (`capability.import_mismatch`: another interface, or a function or resource of it is not there
/// or has another type).
Result<std::vector<std::size_t>> match_functions(const ServedInterface& offered,
                                                 const value::Interface& wanted);

/// Calls of one ImportTarget that wait for their answer; a guest with one more is ended.
inline constexpr std::size_t waiting_calls_max = 10'000;

/// What answers `wanted` with `functions`, as many of them and in the order in which the component
/// imports them. Destroying it leaves calls under way alone. Errors: those of match_functions.
Result<std::unique_ptr<ImportTarget>> serve_interface(const ServedInterface& offered,
                                                      rt::Executor* executor,
                                                      std::shared_ptr<ServedFunctions> functions,
                                                      const value::Interface& wanted);

enum class Mode : bool { synchronous, asynchronous };

namespace detail {

/// `method`, a member function that returns a task, in its parts.
template <typename Method>
struct MethodParts;
template <typename Class, typename R, typename... A>
struct MethodParts<rt::Task<R> (Class::*)(rt::CallCtx, A...)> {
    using Functions = Class;
    using Result = R;
    using Arguments = std::tuple<A...>;

    static value::Function describe(const ServedFunction& row) {
        value::Function function{.name = std::string(row.name),
                                 .is_async = row.is_async,
                                 .params = {},
                                 .result = wit::payload_type<R>()};
        std::string_view names = row.params;
        (add_param(function, names, wit::type_of<A>()), ...);
        return function;
    }

  private:
    static void add_param(value::Function& function, std::string_view& names, value::Type type) {
        const auto end = names.find(' ');
        function.params.push_back({std::string(names.substr(0, end)), std::move(type)});
        names.remove_prefix(end == std::string_view::npos ? names.size() : end + 1);
    }
};

/// Answers the call with what the function gives.
template <auto method, typename Parts = MethodParts<decltype(method)>>
rt::Task<void> answer_call(std::shared_ptr<ServedFunctions> functions, rt::CallCtx ctx,
                           typename Parts::Arguments arguments, std::shared_ptr<ServedCall> call) {
    call->set_task(co_await rt::current_context());
    const auto start = [&](auto&... argument) {
        return (static_cast<typename Parts::Functions&>(*functions).*method)(
            std::move(ctx), std::move(argument)...);
    };
    auto result = co_await std::apply(start, arguments);
    call->set_task(nullptr);
    if (!result) {
        call->refuse(result.error());
        co_return ok();
    }
    wit::Encoder out(call->places());
    if constexpr (!std::is_void_v<typename Parts::Result>) wit::put(out, *result);
    auto bytes = std::move(out).finish();
    if (bytes)
        call->answer(*std::move(bytes));
    else
        call->refuse(bytes.error());
    co_return ok();
}

template <auto method>
Result<rt::Task<void>> begin_call(std::shared_ptr<ServedFunctions> functions, rt::CallCtx ctx,
                                  BytesView arguments, std::shared_ptr<ServedCall> call) {
    wit::Decoder in(arguments, call->places());
    auto values = wit::get<typename MethodParts<decltype(method)>::Arguments>(in);
    CHECK(in.finish());
    return answer_call<method>(std::move(functions), std::move(ctx), std::move(values),
                               std::move(call));
}

/// `method` is that of a member function that takes a handle.
template <typename Functions>
Functions& owner_of(ServedFunctions& functions, void (Functions::* /*method*/)(BytesView)) {
    return static_cast<Functions&>(functions);
}
template <auto method>
void drop_handle(ServedFunctions& functions, BytesView handle) {
    (owner_of(functions, method).*method)(handle);
}

}  // namespace detail

/// The row of `method`, a member of a class `Functions`.
template <auto method>
constexpr ServedFunction served(std::string_view name, std::string_view params,
                                Mode mode = Mode::synchronous) {
    return {name, &detail::MethodParts<decltype(method)>::describe, &detail::begin_call<method>,
            params, mode == Mode::asynchronous};
}

/// The row of a resource whose handles `method` takes back.
template <auto method>
constexpr ServedResource dropped(std::string_view name) {
    return {name, &detail::drop_handle<method>};
}

}  // namespace weft::capability
