#include "base/rt/job.h"

#include <array>

#include <gtest/gtest.h>

namespace weft::rt {
namespace {

static_assert(sizeof(Job) == 64);
static_assert(!std::is_copy_constructible_v<Job>);

/// Counts how many of it live.
class Guest {
  public:
    explicit Guest(int* living) : living_(living) { ++*living_; }
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;
    Guest(Guest&& other) noexcept : living_(other.living_) { ++*living_; }
    Guest& operator=(Guest&&) = delete;
    ~Guest() { --*living_; }

  private:
    int* living_;
};

/// Runs a job that captures `Size` bytes more, after it was moved twice.
template <std::size_t Size>
void run_moved() {
    int living = 0;
    int runs = 0;
    {
        std::array<std::byte, Size> more{};
        more.back() = std::byte{7};
        Job first = [guest = Guest(&living), more, &runs] {
            runs += static_cast<int>(more.back());
        };
        Job second = std::move(first);
        EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): that is what is asked.
        first = std::move(second);
        EXPECT_EQ(living, 1);
        first();
        EXPECT_EQ(living, 1);
    }
    EXPECT_EQ(runs, 7);
    EXPECT_EQ(living, 0);
}

TEST(Job, HoldsWhatItCapturesInsideOrNot) {
    run_moved<1>();
    run_moved<Job::storage_bytes - 2 * sizeof(void*)>();
    run_moved<Job::storage_bytes>();
}

TEST(Job, ReplacesWhatItHeld) {
    int living = 0;
    Job job = [guest = Guest(&living)] {};
    job = [] {};
    EXPECT_EQ(living, 0);
    job = [guest = Guest(&living)] {};
    job.drop();
    EXPECT_EQ(living, 0);
    EXPECT_FALSE(job);
}

TEST(Job, IsEmptyBeforeWhatItHeldIsDestroyed) {
    struct Asks {
        explicit Asks(Job* job) : job(job) {}
        Asks(Asks&& other) noexcept : job(std::exchange(other.job, nullptr)) {}
        Asks& operator=(Asks&&) = delete;
        ~Asks() {
            if (job != nullptr) EXPECT_FALSE(*job);
        }
        void operator()() const {}
        Job* job;
    };
    Job job;
    job = Asks(&job);
    job.drop();
}

}  // namespace
}  // namespace weft::rt
