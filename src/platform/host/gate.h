#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

#include "base/rt/one_shot.h"
#include "base/rt/task.h"

namespace weft::host {

/// Lets a bounded number of calls in at one time and keeps a bounded number waiting, first come
/// first served. Shard-local.
class Gate : public std::enable_shared_from_this<Gate> {
  public:
    struct Limits {
        std::uint32_t inside_max;
        std::uint32_t waiting_max;
    };

    /// One place inside; given back when destroyed.
    class Pass {
      public:
        Pass() = default;
        explicit Pass(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}
        Pass(Pass&&) noexcept = default;
        Pass& operator=(Pass&& other) noexcept {
            release();
            gate_ = std::move(other.gate_);
            return *this;
        }
        ~Pass() { release(); }

      private:
        void release() {
            if (gate_) std::exchange(gate_, nullptr)->leave();
        }
        std::shared_ptr<Gate> gate_;
    };

    explicit Gate(Limits limits) : limits_(limits) {}

    /// Waits for a place, at most until `due`. Errors: exhausted (as many wait as may), deadline,
    /// cancelled.
    rt::Task<Pass> enter(TimePoint due);
    /// A place if one is free at once, without a coroutine frame.
    bool try_enter(Pass& pass);

    std::uint32_t inside() const { return inside_; }
    std::size_t waiting() const { return waiting_.size(); }

  private:
    void leave();

    Limits limits_;
    std::uint32_t inside_ = 0;  // Invariant: <= limits_.inside_max.
    std::list<rt::OneShot<void>*>
        waiting_;  // In the frames of enter(). Invariant: size() <= limits_.waiting_max.
};

}  // namespace weft::host
