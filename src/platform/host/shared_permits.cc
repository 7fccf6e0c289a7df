#include "platform/host/shared_permits.h"

#include "base/core/assert.h"

namespace weft::host {
namespace {

/// Adds one as long as the result is at most `max`.
bool raise(std::atomic<std::uint32_t>& count, std::uint32_t max) {
    auto now = count.load();
    while (now < max)
        if (count.compare_exchange_weak(now, now + 1)) return true;
    return false;
}

bool lower(std::atomic<std::uint32_t>& count) {
    auto now = count.load();
    while (now > 0)
        if (count.compare_exchange_weak(now, now - 1)) return true;
    return false;
}

}  // namespace

void SharedPermits::join(unsigned shard, rt::Executor* executor, Member* member) {
    auto& slot = slots_.at(shard);
    slot.member = member;
    slot.executor = executor;
}

bool SharedPermits::take_free() { return raise(out_, limits_.inside_max); }

bool SharedPermits::try_take() { return waiting_ == 0 && take_free(); }

void SharedPermits::give_back(unsigned shard) {
    --out_;
    hand_out(shard);
}

bool SharedPermits::begin_wait(unsigned shard) {
    if (!raise(waiting_, limits_.waiting_max)) return false;
    ++slots_[shard].waiting;
    return true;
}

/// One waiting task of the shard fewer. False when as many permits are on their way as tasks wait.
bool SharedPermits::claim(unsigned shard) {
    if (!lower(slots_[shard].waiting)) return false;
    --waiting_;
    return true;
}

void SharedPermits::end_wait(unsigned shard) {
    // If it fails, the permit that is on its way finds one task fewer.
    (void)claim(shard);
}

void SharedPermits::change(Limits limits, unsigned shard) {
    limits_.inside_max = limits.inside_max;
    limits_.waiting_max = limits.waiting_max;
    hand_out(shard);
}

void SharedPermits::hand_out(unsigned from) {
    const auto shards = static_cast<unsigned>(slots_.size());
    for (unsigned step = 1; step <= shards && waiting_ > 0;) {
        const auto shard = (from + step) % shards;
        if (slots_[shard].waiting == 0) {
            ++step;
            continue;
        }
        if (!take_free()) return;
        if (!claim(shard)) {  // Others were faster; those that came meanwhile found none free.
            --out_;
            step = 1;
        } else if (shard == from) {
            slots_[shard].member->permit_came();
        } else {
            slots_[shard].executor.load()->post(
                [self = shared_from_this(), shard] { self->deliver(shard); });
        }
    }
}

void SharedPermits::deliver(unsigned shard) {
    if (auto* const member = slots_[shard].member)
        member->permit_came();
    else
        give_back(shard);
}

void SharedPermits::ask_others(unsigned shard) {
    for (unsigned other = 0; other < slots_.size(); ++other) {
        auto* const executor = slots_[other].executor.load();
        if (other == shard || executor == nullptr) continue;
        executor->post([self = shared_from_this(), other] {
            if (auto* const member = self->slots_[other].member) member->permit_wanted();
        });
    }
}

}  // namespace weft::host
