#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

namespace weft::engine::wasmtime {

/// What the library wakes: from any thread, also when nobody else knows it any more. So it lives as
/// long as the last share in it, the library's included.
class Wakeable {
  public:
    Wakeable(const Wakeable&) = delete;
    Wakeable& operator=(const Wakeable&) = delete;

    virtual void wake() noexcept = 0;

    /// How the library knows it.
    void* waker() noexcept { return this; }
    static Wakeable& of(void* waker) noexcept { return *static_cast<Wakeable*>(waker); }

    void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    void drop_reference() noexcept {
        if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
    }

  protected:
    Wakeable() = default;
    virtual ~Wakeable() = default;

  private:
    std::atomic<std::uint32_t> references_ = 0;
};

/// A share in something wakeable.
template <typename Kind>
class WakeablePtr {
  public:
    WakeablePtr() = default;
    explicit WakeablePtr(Kind* shared) : shared_(shared) { shared_->add_reference(); }
    WakeablePtr(const WakeablePtr& other) : shared_(other.shared_) {
        if (shared_ != nullptr) shared_->add_reference();
    }
    WakeablePtr(WakeablePtr&& other) noexcept : shared_(std::exchange(other.shared_, nullptr)) {}
    WakeablePtr& operator=(WakeablePtr other) noexcept {
        std::swap(shared_, other.shared_);
        return *this;
    }
    ~WakeablePtr() {
        if (shared_ != nullptr) shared_->drop_reference();
    }
    Kind* operator->() const { return shared_; }
    explicit operator bool() const { return shared_ != nullptr; }

  private:
    Kind* shared_ = nullptr;
};

}  // namespace weft::engine::wasmtime
