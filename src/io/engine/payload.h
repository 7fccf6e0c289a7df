#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/core/bytes.h"

namespace weft::engine {

/// Encoded values on their way between guests and C++: octets that move without being copied. Freed
/// once, by whoever made them; any thread.
class Payload {
  public:
    using Free = void (*)(void* owner);

    Payload() = default;
    /// `owner` keeps the octets; `free(owner)` lets them go.
    Payload(BytesView octets, Free free, void* owner)
        : octets_(octets), free_(free), owner_(owner) {}
    static Payload of(Bytes octets) {
        auto* owner = new Bytes(std::move(octets));
        return {*owner, [](void* moved) { delete static_cast<Bytes*>(moved); }, owner};
    }
    Payload(Payload&& other) noexcept
        : octets_(std::exchange(other.octets_, {})),
          free_(std::exchange(other.free_, nullptr)),
          owner_(other.owner_) {}
    Payload& operator=(Payload&& other) noexcept {
        std::swap(octets_, other.octets_);
        std::swap(free_, other.free_);
        std::swap(owner_, other.owner_);
        return *this;
    }
    ~Payload() {
        if (free_ != nullptr) free_(owner_);
    }

    BytesView octets() const { return octets_; }

    /// The parts, which the caller frees from now on: octets, how to free them, their owner.
    struct Parts {
        BytesView octets;
        Free free;
        void* owner;
    };
    Parts release() && {
        return {std::exchange(octets_, {}), std::exchange(free_, nullptr), owner_};
    }

  private:
    BytesView octets_;
    Free free_ = nullptr;
    void* owner_ = nullptr;
};

}  // namespace weft::engine
