#include "platform/host/pool.h"

#include <algorithm>
#include <ranges>

namespace weft::host {

using engine::Limit;

Pool::Pool(rt::Executor* executor, std::shared_ptr<const engine::Component> code,
           engine::Limits limits, const Probe* probe)
    : executor_(executor),
      code_(std::move(code)),
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
    tell_empty();
}

void Pool::change(engine::Limits limits) {
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
    const auto kept = kept_;  // Closing takes those without calls out of the list.
    for (const auto& one : kept) one.instance->close();
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

Result<std::shared_ptr<engine::Instance>> Pool::acquire() {
    for (auto& kept : std::views::reverse(kept_)) {
        if (!kept.instance->is_free()) continue;
        std::swap(kept, kept_.back());
        probe_->instances_reused.add();
        return kept_.back().instance;
    }
    const auto instances_max = limits_[Limit::instances_max];
    if (kept_.size() >= instances_max) {
        probe_->pool_full.add();
        return fail(Errc::exhausted, "host.pool_full",
                    "all {} instances of the component are in use, some perhaps by work that goes "
                    "on after a response; try again later",
                    instances_max);
    }
    return open();
}

Result<std::shared_ptr<engine::Instance>> Pool::open() {
    TRY(auto instance, code_->open(executor_, {.limits = limits_}));
    instance->set_owner(this);
    kept_.push_back({instance, executor_->now()});
    probe_->instances.add(1);
    probe_->instances_opened.add();
    return instance;
}

void Pool::fill_up() {
    while (kept_.size() < instances_min()) {
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
        tell_empty();
    } else {
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
