#include "io/engine/engine.h"

namespace weft::engine {

rt::Task<net::HttpResponse> call_once(const Component* component, rt::CallCtx ctx,
                                      net::HttpRequest request, CallLimits limits,
                                      std::shared_ptr<GuestObserver> observer) {
    auto* executor = (co_await rt::current_context())->executor();
    CO_TRY(const auto instance, component->open(executor, {.limits = limits}));
    co_return co_await instance->handle_http(std::move(ctx), std::move(request),
                                             std::move(observer));
}

}  // namespace weft::engine
