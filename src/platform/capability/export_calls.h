#pragma once

#include <cstdint>
#include <span>
#include <tuple>
#include <utility>

#include "base/rt/task.h"
#include "io/engine/values.h"
#include "platform/capability/served_import.h"

namespace weft::capability {

/// One interface that a component exports, as the host calls it: the counterpart of ImportTarget.
/// Shard-local.
class ExportTarget {
  public:
    virtual ~ExportTarget() = default;
    /// Calls a function of the interface, by its place there, with encoded arguments; gives the
    /// encoded result. Errors: those of Invoker::handle_http.
    virtual rt::Task<engine::Values> call(rt::CallCtx ctx, std::uint32_t function,
                                          engine::Values arguments) = 0;
};

/// Finds each function of `offered` among those that a component exports, into `numbers`. Errors:
/// unsupported (`capability.export_mismatch`: another interface, or a function is not there or has
/// another type).
Result<void> match_exports(const ServedInterface& offered, const value::Interface& exported,
                           std::span<std::uint32_t> numbers);

namespace detail {

/// Streams that stand beside values of a call of an export.
class ValuePlaces final : public wit::StreamPlaces {
  public:
    std::unique_ptr<rt::ByteSource> take(std::uint32_t place) override {
        return place < streams.size() ? std::move(streams[place]) : nullptr;
    }
    Result<std::uint32_t> attach(std::unique_ptr<rt::ByteSource> source) override {
        streams.push_back(std::move(source));
        return static_cast<std::uint32_t>(streams.size() - 1);
    }
    std::vector<std::unique_ptr<rt::ByteSource>> streams;
};

}  // namespace detail

/// Calls function `number`. `target` is the caller's and outlives the call. Errors: those of
/// ExportTarget::call; corrupt (the result is not one of the type: a bug of the host).
template <typename R, typename... A>
rt::Task<R> call_export(ExportTarget* target, std::uint32_t number, rt::CallCtx ctx,
                        A... arguments) {
    detail::ValuePlaces places;
    wit::Encoder out(places);
    (wit::put(out, arguments), ...);
    CO_TRY(auto bytes, std::move(out).finish());
    engine::Values values(engine::Payload::of(std::move(bytes)), std::move(places.streams));
    CO_TRY(auto result, co_await target->call(std::move(ctx), number, std::move(values)));
    places.streams = std::move(result.streams);
    wit::Decoder in(result.payload.bytes(), places);
    if constexpr (std::is_void_v<R>) {
        co_return in.finish();
    } else {
        auto value = wit::get<R>(in);
        CO_CHECK(in.finish());
        co_return Result<R>(std::move(value));
    }
}

}  // namespace weft::capability
