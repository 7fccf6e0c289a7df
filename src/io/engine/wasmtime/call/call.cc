#include "io/engine/wasmtime/call/call.h"

namespace weft::engine::wasmtime {

void Call::begin(std::uint64_t id, Owner* owner) {
    id_ = id;
    owner_ = owner;
    if (deadline() == TimePoint::max()) return;
    due_.emplace(
        [](void* self) {
            auto& call = *static_cast<Call*>(self);
            call.owner_->on_deadline(call);
        },
        this);
    executor_->arm(*due_, deadline());
}

void Call::notify() {
    if (waiting_ == nullptr || !take_news()) return;
    std::exchange(waiting_, nullptr)->complete_now(ok());
}

void Call::detach() {
    owner_ = nullptr;
    due_.reset();
}

}  // namespace weft::engine::wasmtime
