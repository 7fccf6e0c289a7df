#include "io/engine/wasmtime/reset_probe.h"

#include <gtest/gtest.h>

#include "io/engine/wasmtime/wasmtime_engine.h"

namespace weft::engine::wasmtime {
namespace {

TEST(ResetProbe, SaysWhyTheKernelCannotTellWhatWasWritten) {
    const auto missing = probe_reset_on("/proc/self/no-such-file");
    EXPECT_EQ(missing.reset, MemoryReset::copy_on_write);
    EXPECT_NE(missing.reason.find("'/proc/self/no-such-file' cannot be opened"), std::string::npos);

    // A file that is open but knows no scans: as on an older kernel.
    const auto older = probe_reset_on("/dev/null");
    EXPECT_EQ(older.reset, MemoryReset::copy_on_write);
    EXPECT_NE(older.reason.find("PAGEMAP_SCAN"), std::string::npos) << older.reason;
}

TEST(ResetProbe, AnEngineTakesWhatItChose) {
    const auto choice = probe_reset();

    const auto engine = make_engine({.instances_max = 4});

    ASSERT_TRUE(engine) << engine.error().message;
    const auto stats = (*engine)->stats();
    EXPECT_EQ(stats.reset, choice.reset);
    EXPECT_EQ(stats.reset_reason, choice.reason);
    EXPECT_FALSE(stats.reset_reason.empty());
    // Wasmtime asks the kernel the same: were the answers different, there would be no pool.
    EXPECT_TRUE(stats.pooling) << stats.pooling_refusal;
    EXPECT_EQ(stats.pooling_refusal, "");
    EXPECT_GT(stats.reserved_bytes, 4 * stats.memory_bytes_max);
}

}  // namespace
}  // namespace weft::engine::wasmtime
