#include "platform/host/pool.h"

#include <algorithm>
#include <limits>
#include <ranges>

namespace weft::host {

using engine::Limit;

Pool::Pool(ConcurrencyLimiter::Share room, std::shared_ptr<const engine::Component> code,
           engine::Limits limits, const Probe* probe, MakeImports make_imports)
    : executor_(room.executor),
      code_(std::move(code)),
      limits_(limits),
      probe_(probe),
      make_imports_(std::move(make_imports)),
      room_(std::make_shared<ConcurrencyLimiter>(std::move(room), [this] { make_room(); })),
      timer_([](void* self) { static_cast<Pool*>(self)->on_timer(); }, this) {
    fill_up();
}

SharedPermits::Limits Pool::room_for(const engine::Limits& limits) {
    // Each call that waits for room has a permit of its own to run, of which there are few.
    return {.inside_max = limits.count(Limit::instances_max),
            .waiting_max = std::numeric_limits<std::uint32_t>::max()};
}

Pool::~Pool() {
    for (const auto& kept : kept_) {
        kept.instance->set_owner(nullptr);
        kept.instance->close();
    }
    probe_->instances.add(-static_cast<std::int64_t>(kept_.size()));
}

void Pool::end_all() {
    for (const auto& kept : kept_) {
        kept.instance->set_owner(nullptr);
        kept.instance->end();
    }
    probe_->instances.add(-static_cast<std::int64_t>(kept_.size()));
    kept_.clear();
    tell_empty();
}

void Pool::change(engine::Limits limits) {
    room_->change(room_for(limits));
    const bool ends_instances = limits.differ(limits_, engine::LimitEffect::new_instances);
    limits_ = limits;
    if (ends_instances) close_all();
    fill_up();
    arm();
}

void Pool::retire() {
    retired_ = true;
    close_all();
}

/// Each ends when its guest has returned from its calls, an idle one before this returns or soon
/// after.
void Pool::close_all() {
    std::vector<InstancePtr> all;  // Closing takes those without calls out of the list.
    all.reserve(kept_.size());
    for (const auto& kept : kept_) all.push_back(kept.instance);
    for (const auto& one : all) one->close();
}

rt::Task<void> Pool::until_empty(TimePoint due) {
    WEFT_ASSERT(retired_ && empty_ == nullptr, "one task waits for the end of a retired pool");
    if (kept_.empty()) co_return ok();
    rt::OneShot<void> empty;
    empty_ = &empty;
    Result<void> waited = co_await empty.until(due);
    empty_ = nullptr;
    co_return waited;
}

void Pool::tell_empty() {
    if (empty_ != nullptr && kept_.empty()) empty_->complete(ok());
}

Result<Pool::InstancePtr> Pool::try_acquire() {
    for (auto& kept : std::views::reverse(kept_)) {
        if (!kept.instance->is_free()) continue;
        std::swap(kept, kept_.back());
        probe_->instances_reused.add();
        return kept_.back().instance;
    }
    ConcurrencyLimiter::Permit place;
    if (!room_->try_enter(place)) return nullptr;
    return open(std::move(place));
}

rt::Task<Pool::InstancePtr> Pool::acquire(TimePoint due) {
    const auto instances_max = limits_[Limit::instances_max];
    const bool all_are_here = kept_.size() >= instances_max;
    const auto room_due = executor_->now() + room_wait;
    Result<ConcurrencyLimiter::Permit> place =
        co_await room_->enter(all_are_here ? std::min(due, room_due) : due);
    if (!place && place.error().code == Errc::deadline && all_are_here && room_due < due) {
        probe_->pool_full.add();
        co_return fail(Errc::exhausted, "host.pool_full",
                       "all {} instances of the component are in use, some perhaps by work that "
                       "goes on after a response; try again later",
                       instances_max);
    }
    if (!place) co_return Failure(std::move(place).error());
    co_return open(std::move(*place));
}

Result<Pool::InstancePtr> Pool::open(ConcurrencyLimiter::Permit place) {
    TRY(auto instance,
        code_->open(executor_,
                    {.limits = limits_, .imports = make_imports_ ? make_imports_() : nullptr}));
    instance->set_owner(this);
    kept_.push_back({instance, executor_->now(), std::move(place)});
    probe_->instances.add(1);
    probe_->instances_opened.add();
    return instance;
}

/// A call waits for room on another shard: the instance that can be spared best gets no further
/// call. Where none is free `instance_changed` closes one as soon as a call of it ends.
void Pool::make_room() {
    if (!room_->is_wanted()) return;
    const Kept* best = nullptr;
    for (const auto& kept : kept_)
        if (kept.instance->is_free() &&
            (best == nullptr || kept.instance->calls() < best->instance->calls()))
            best = &kept;
    if (best != nullptr) best->instance->close();
}

void Pool::fill_up() {
    while (kept_.size() < instances_min()) {
        ConcurrencyLimiter::Permit place;
        if (!room_->try_enter(place)) return;
        const auto opened = open(std::move(place));
        if (!opened) return;
        (*opened)->warm_up();
    }
}

void Pool::instance_changed(engine::Instance& instance) {
    const auto kept = std::ranges::find_if(
        kept_, [&](const auto& one) { return one.instance.get() == &instance; });
    if (kept == kept_.end()) return;
    if (instance.has_ended()) {
        instance.set_owner(nullptr);
        kept_.erase(kept);
        probe_->instances.add(-1);
        tell_empty();
    } else {
        if (room_->is_wanted()) return instance.close();
        if (instance.calls() > 0) return;
        if (retired_) return instance.close();
        kept->idle_since = executor_->now();
    }
    if (!timer_.is_armed()) arm();
}

/// How many are more than the minimum, without those that are about to end.
std::size_t Pool::surplus() const {
    const auto lasting = static_cast<std::size_t>(std::ranges::count_if(
        kept_, [](const auto& kept) { return is_idle(kept) || kept.instance->calls() > 0; }));
    return lasting - std::min<std::size_t>(lasting, instances_min());
}

void Pool::arm() {
    auto due = TimePoint::max();
    // Not at once: the instances of a component that fails to start would follow each other without
    // end.
    if (kept_.size() < instances_min()) due = executor_->now() + refill_wait;
    if (surplus() > 0)
        for (const auto& kept : kept_)
            if (is_idle(kept)) due = std::min(due, kept.idle_since + limits_.time(Limit::idle));
    if (due != TimePoint::max()) executor_->arm(timer_, due);
}

void Pool::on_timer() {
    const auto now = executor_->now();
    auto may_end = surplus();
    for (const auto& kept : kept_) {
        if (may_end == 0) break;
        if (!is_idle(kept) || kept.idle_since + limits_.time(Limit::idle) > now) continue;
        kept.instance->close();
        --may_end;
    }
    fill_up();
    arm();
}

}  // namespace weft::host
