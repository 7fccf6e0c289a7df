#include "bench/engine/operations.h"

#include <utility>

namespace weft::bench {

rt::Task<void> ImportCalls::repeat(std::uint32_t count) {
    auto arguments = engine::Payload::of(run_arguments(what_, size_, count));
    Result<engine::Values> done = co_await caller_->call({}, 0, std::move(arguments), nullptr);
    if (!done) co_return Failure(std::move(done).error());
    co_return ok();
}

rt::Task<void> ExportCalls::repeat(std::uint32_t count) {
    const auto bytes = what_ == What::echo ? byte_list(size_) : Bytes();
    const auto function = static_cast<std::uint32_t>(what_);
    for (std::uint32_t made = 0; made < count; ++made) {
        // The arguments stay the caller's: nothing is freed after the call.
        engine::Payload arguments(bytes, nullptr, nullptr);
        CO_CHECK(co_await service_->call({}, function, std::move(arguments), nullptr));
    }
    co_return ok();
}

rt::Task<void> Instantiations::repeat(std::uint32_t count) {
    for (std::uint32_t made = 0; made < count; ++made) {
        CO_TRY(const auto instance, component_->open(executor_, {.limits = {}}));
        CO_CHECK(co_await instance->call({}, static_cast<std::uint32_t>(What::nop), {}, nullptr));
    }
    co_return ok();
}

}  // namespace weft::bench
