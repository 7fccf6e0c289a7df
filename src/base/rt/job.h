#pragma once

#include <concepts>
#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "base/core/assert.h"

namespace weft::rt {

/// Something to run once, later. What it captures lies inside, up to `room_bytes`: a reply and a
/// payload need no allocation. One cache line.
class Job {
  public:
    static constexpr std::size_t room_bytes = 56;

    Job() = default;
    template <typename Run>
        requires(!std::same_as<std::remove_cvref_t<Run>, Job> && std::invocable<Run&>)
    Job(Run&& run) {  // NOLINT(google-explicit-constructor): a lambda is a job.
        using Own = std::decay_t<Run>;
        if constexpr (fits<Own>) {
            ::new (room_) Own(std::forward<Run>(run));
            ways_ = &Inside<Own>::ways;
        } else {
            ::new (room_) Boxed<Own>(std::make_unique<Own>(std::forward<Run>(run)));
            ways_ = &Inside<Boxed<Own>>::ways;
        }
    }
    Job(Job&& other) noexcept { take(other); }
    Job& operator=(Job&& other) noexcept {
        if (this == &other) return *this;
        drop();
        take(other);
        return *this;
    }
    ~Job() { drop(); }

    explicit operator bool() const { return ways_ != nullptr; }
    void operator()() {
        WEFT_ASSERT(ways_ != nullptr, "an empty job is not run");
        ways_->run(room_);
    }
    /// Destroys what it holds, which may still use it meanwhile.
    void drop() noexcept {
        if (const auto* const ways = std::exchange(ways_, nullptr)) ways->drop(room_);
    }

  private:
    template <typename Own>
    struct Boxed {
        std::unique_ptr<Own> own;
        void operator()() { (*own)(); }
    };
    template <typename Own>
    static constexpr bool fits = sizeof(Own) <= room_bytes && alignof(Own) <= alignof(void*) &&
                                 std::is_nothrow_move_constructible_v<Own>;

    struct Ways {
        void (*run)(void* room);
        void (*move)(void* from, void* to) noexcept;
        void (*drop)(void* room) noexcept;
    };
    template <typename Own>
    struct Inside {
        static Own& of(void* room) { return *std::launder(static_cast<Own*>(room)); }
        static void run(void* room) { of(room)(); }
        static void move(void* from, void* to) noexcept {
            ::new (to) Own(std::move(of(from)));
            std::destroy_at(&of(from));
        }
        static void drop(void* room) noexcept { std::destroy_at(&of(room)); }
        static constexpr Ways ways{&run, &move, &drop};
    };

    void take(Job& other) noexcept {
        ways_ = std::exchange(other.ways_, nullptr);
        if (ways_ != nullptr) ways_->move(other.room_, room_);
    }

    const Ways* ways_ = nullptr;
    alignas(void*) std::byte room_[room_bytes];
};

}  // namespace weft::rt
