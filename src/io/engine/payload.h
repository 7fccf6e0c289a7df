#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/core/bytes.h"

namespace weft::engine {

/// Encoded values on their way between guests and C++: bytes that move without being copied. Freed
/// once, by the one who made them; any thread.
class Payload {
  public:
    using Free = void (*)(void* owner);

    Payload() = default;
    /// `owner` keeps the bytes; `free(owner)` lets them go.
    Payload(BytesView bytes, Free free, void* owner) : bytes_(bytes), free_(free), owner_(owner) {}
    static Payload of(Bytes bytes) {
        auto* owner = new Bytes(std::move(bytes));
        return {*owner, [](void* moved) { delete static_cast<Bytes*>(moved); }, owner};
    }
    Payload(Payload&& other) noexcept
        : bytes_(std::exchange(other.bytes_, {})),
          free_(std::exchange(other.free_, nullptr)),
          owner_(other.owner_) {}
    Payload& operator=(Payload&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        std::swap(free_, other.free_);
        std::swap(owner_, other.owner_);
        return *this;
    }
    ~Payload() {
        if (free_ != nullptr) free_(owner_);
    }

    BytesView bytes() const { return bytes_; }

    /// The parts, which the caller frees from now on: bytes, how to free them, their owner.
    struct Parts {
        BytesView bytes;
        Free free;
        void* owner;
    };
    Parts release() && {
        return {std::exchange(bytes_, {}), std::exchange(free_, nullptr), owner_};
    }

  private:
    BytesView bytes_;
    Free free_ = nullptr;
    void* owner_ = nullptr;
};

}  // namespace weft::engine
