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

/// Something to run once, later. What it captures lies inside, up to `storage_bytes`: a reply and a
/// payload need no allocation. One cache line.
class Job {
  public:
    static constexpr std::size_t storage_bytes = 56;

    Job() = default;
    template <typename Run>
        requires(!std::same_as<std::remove_cvref_t<Run>, Job> && std::invocable<Run&>)
    Job(Run&& run) {  // NOLINT(google-explicit-constructor): a lambda is a job.
        using Own = std::decay_t<Run>;
        if constexpr (fits<Own>) {
            ::new (storage_) Own(std::forward<Run>(run));
            operations_ = &Inside<Own>::operations;
        } else {
            ::new (storage_) Boxed<Own>(std::make_unique<Own>(std::forward<Run>(run)));
            operations_ = &Inside<Boxed<Own>>::operations;
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

    explicit operator bool() const { return operations_ != nullptr; }
    void operator()() {
        WEFT_ASSERT(operations_ != nullptr, "an empty job is not run");
        operations_->run(storage_);
    }
    /// Destroys what it holds, which may still use it meanwhile.
    void drop() noexcept {
        if (const auto* const operations = std::exchange(operations_, nullptr))
            operations->drop(storage_);
    }

  private:
    template <typename Own>
    struct Boxed {
        std::unique_ptr<Own> own;
        void operator()() { (*own)(); }
    };
    template <typename Own>
    static constexpr bool fits = sizeof(Own) <= storage_bytes && alignof(Own) <= alignof(void*) &&
                                 std::is_nothrow_move_constructible_v<Own>;

    struct Operations {
        void (*run)(void* storage);
        void (*move)(void* from, void* to) noexcept;
        void (*drop)(void* storage) noexcept;
    };
    template <typename Own>
    struct Inside {
        static Own& of(void* storage) { return *std::launder(static_cast<Own*>(storage)); }
        static void run(void* storage) { of(storage)(); }
        static void move(void* from, void* to) noexcept {
            ::new (to) Own(std::move(of(from)));
            std::destroy_at(&of(from));
        }
        static void drop(void* storage) noexcept { std::destroy_at(&of(storage)); }
        static constexpr Operations operations{&run, &move, &drop};
    };

    void take(Job& other) noexcept {
        operations_ = std::exchange(other.operations_, nullptr);
        if (operations_ != nullptr) operations_->move(other.storage_, storage_);
    }

    const Operations* operations_ = nullptr;
    alignas(void*) std::byte storage_[storage_bytes];
};

}  // namespace weft::rt
