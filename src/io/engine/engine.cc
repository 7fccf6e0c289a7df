#include "io/engine/engine.h"

namespace weft::engine {

Limits for_kind(Limits limits, HttpKind kind) {
    constexpr std::uint32_t reuse_concurrent = 128;
    if (kind == HttpKind::sequential) limits.set(Limit::concurrent, 1);
    if (limits[Limit::reuse] == 0)
        limits.set(Limit::reuse, kind == HttpKind::concurrent ? reuse_concurrent : 1);
    return limits;
}

rt::Task<net::HttpResponse> call_once(const Component* component, rt::CallCtx ctx,
                                      net::HttpRequest request, Limits limits,
                                      std::shared_ptr<GuestObserver> observer) {
    auto* executor = (co_await rt::current_context())->executor();
    CO_TRY(const auto instance, component->open(executor, {.limits = limits}));
    co_return co_await instance->handle_http(std::move(ctx), std::move(request),
                                             std::move(observer));
}

}  // namespace weft::engine
