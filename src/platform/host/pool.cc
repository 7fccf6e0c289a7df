#include "platform/host/pool.h"

#include <algorithm>
#include <ranges>

namespace weft::host {

Pool::Pool(rt::Executor* executor, std::shared_ptr<const engine::Component> code,
           engine::CallLimits call_limits, PoolLimits limits, const Probe* probe)
    : executor_(executor),
      code_(std::move(code)),
      call_limits_(call_limits),
      limits_(limits),
      probe_(probe),
      timer_([](void* self) { static_cast<Pool*>(self)->on_timer(); }, this) {
    fill_up();
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
}

Result<std::shared_ptr<engine::Instance>> Pool::acquire() {
    for (auto& kept : std::views::reverse(kept_)) {
        if (!kept.instance->is_free()) continue;
        std::swap(kept, kept_.back());
        probe_->instances_reused.add();
        return kept_.back().instance;
    }
    if (kept_.size() >= limits_.instances_max) {
        probe_->pool_full.add();
        return fail(Errc::exhausted, "host.pool_full",
                    "all {} instances of the component are in use, some perhaps by work that goes "
                    "on after a response; try again later",
                    limits_.instances_max);
    }
    return open();
}

Result<std::shared_ptr<engine::Instance>> Pool::open() {
    TRY(auto instance, code_->open(executor_, {.limits = call_limits_,
                                               .calls_max = limits_.reuse,
                                               .concurrent_max = limits_.concurrent_max}));
    instance->set_owner(this);
    kept_.push_back({instance, executor_->now()});
    probe_->instances.add(1);
    probe_->instances_opened.add();
    return instance;
}

void Pool::fill_up() {
    while (kept_.size() < limits_.instances_min) {
        const auto opened = open();
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
    } else {
        if (instance.calls() > 0) return;
        kept->idle_since = executor_->now();
    }
    if (!timer_.is_armed()) arm();
}

/// How many are more than the minimum, without those that are about to end.
std::size_t Pool::surplus() const {
    const auto lasting = static_cast<std::size_t>(std::ranges::count_if(
        kept_, [](const auto& kept) { return is_idle(kept) || kept.instance->calls() > 0; }));
    return lasting - std::min<std::size_t>(lasting, limits_.instances_min);
}

void Pool::arm() {
    auto due = TimePoint::max();
    // Not at once: the instances of a component that fails to start would follow each other without
    // end.
    if (kept_.size() < limits_.instances_min) due = executor_->now() + refill_wait;
    if (surplus() > 0)
        for (const auto& kept : kept_)
            if (is_idle(kept)) due = std::min(due, kept.idle_since + limits_.idle);
    if (due != TimePoint::max()) executor_->arm(timer_, due);
}

void Pool::on_timer() {
    const auto now = executor_->now();
    auto may_end = surplus();
    for (const auto& kept : kept_) {
        if (may_end == 0) break;
        if (!is_idle(kept) || kept.idle_since + limits_.idle > now) continue;
        kept.instance->close();
        --may_end;
    }
    fill_up();
    arm();
}

}  // namespace weft::host
