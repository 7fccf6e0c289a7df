#include "io/engine/wasmtime/call/call.h"

#include <algorithm>

namespace weft::engine::wasmtime {
namespace {

/// Of a body that is not cut.
constexpr std::size_t bytes_per_s_min = 1024;
/// Whether a reader has taken what there is for it.
constexpr Duration look_again = std::chrono::seconds(1);

}  // namespace

void Call::begin(std::uint64_t id, Owner* owner) {
    id_ = id;
    owner_ = owner;
    if (deadline() == TimePoint::max()) return;
    time_ = deadline() - executor_->now();
    due_.emplace([](void* self) { static_cast<Call*>(self)->on_due(); }, this);
    executor_->arm(*due_, deadline());
}

void Call::on_due() {
    const auto now = executor_->now();
    if (waits_for_reader()) ctx_.deadline = std::max(deadline(), now + std::min(time_, look_again));
    if (now >= deadline()) return owner_->on_deadline(*this);
    executor_->arm(*due_, deadline());
}

// The timer stays where it is; when it fires, it sees that there is more time.
void Call::note_moved(std::size_t bytes) {
    if (!due_) return;
    const auto earned = std::chrono::nanoseconds(bytes * 1'000'000'000 / bytes_per_s_min);
    ctx_.deadline = std::max(deadline(), std::min(deadline() + earned, executor_->now() + time_));
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
