#include "io/process/heap.h"

#include <sys/resource.h>

#include <cstring>
#include <memory>

#include <gtest/gtest.h>

namespace weft::process {
namespace {

long page_faults() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return used.ru_minflt;
}

/// Two buffers of 1 MiB, as between two guests, written as a whole.
void pass_payloads_on() {
    constexpr std::size_t bytes = 1U << 20U;
    const auto first = std::make_unique_for_overwrite<char[]>(bytes);
    const auto second = std::make_unique_for_overwrite<char[]>(bytes);
    std::memset(first.get(), 1, bytes);
    std::memcpy(second.get(), first.get(), bytes);
    // Read, so that nothing of it is left out.
    const volatile char* const last = second.get() + bytes - 1;
    ASSERT_EQ(*last, 1);
}

TEST(Heap, LargeBuffersAreNotTakenFromTheKernelEachTime) {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    GTEST_SKIP() << "a sanitizer has an allocator of its own";
#endif
    keep_large_buffers();
    pass_payloads_on();

    const auto before = page_faults();
    for (int turn = 0; turn < 100; ++turn) pass_payloads_on();

    // Without it each turn takes 512 pages.
    EXPECT_LT(page_faults() - before, 1'000);
}

}  // namespace
}  // namespace weft::process
