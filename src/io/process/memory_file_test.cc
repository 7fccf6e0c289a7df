#include "io/process/memory_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

#include <gtest/gtest.h>

namespace weft::process {
namespace {

TEST(MemoryFile, CannotBeChangedOnceItIsFrozen) {
    const auto file = make_memory_file().value();
    ASSERT_TRUE(write_memory_file(file.get(), as_bytes("first ")));
    ASSERT_TRUE(write_memory_file(file.get(), as_bytes("second")));

    ASSERT_TRUE(freeze_memory_file(file.get()));

    EXPECT_EQ(write_memory_file(file.get(), as_bytes("x")).error().slug,
              Slug("process.no_memory_file"));
    EXPECT_NE(::ftruncate(file.get(), 0), 0);
    EXPECT_EQ(::mmap(nullptr, 1, PROT_WRITE, MAP_SHARED, file.get(), 0), MAP_FAILED);
    std::string text(20, '\0');
    text.resize(static_cast<std::size_t>(::pread(file.get(), text.data(), text.size(), 0)));
    EXPECT_EQ(text, "first second");
}

TEST(MemoryFile, IsNotFrozenWhileSomebodyMayWriteToIt) {
    const auto file = make_memory_file().value();
    ASSERT_TRUE(write_memory_file(file.get(), as_bytes("x")));
    void* const mapped = ::mmap(nullptr, 1, PROT_WRITE, MAP_SHARED, file.get(), 0);
    ASSERT_NE(mapped, MAP_FAILED);

    EXPECT_FALSE(freeze_memory_file(file.get()));

    ::munmap(mapped, 1);
    EXPECT_TRUE(freeze_memory_file(file.get()));
}

}  // namespace
}  // namespace weft::process
