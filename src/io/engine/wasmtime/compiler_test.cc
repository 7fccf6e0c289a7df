#include "io/engine/wasmtime/compiler.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "io/engine/wasmtime/compile_fixture_test.h"
#include "io/process/run_child.h"

namespace weft::engine::wasmtime {
namespace {

Bytes test_guest() {
    std::ifstream file(WEFT_SOURCE_DIR "/src/io/engine/testdata/testguest.wasm", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

we_engine_config settings() {
    auto config = sized<we_engine_config>();
    config.instances_max = 10;
    config.epoch_tick_ms = 10;
    config.memory_bytes_max = 64U << 20U;
    return config;
}

Compiler in_child(CompileLimits limits = {}) { return {settings(), WEFT_COMPILE_WORKER, limits}; }

std::string slug_of(const Result<code_cache::Entry>& result) {
    return result ? "compiled" : std::string(result.error().slug.text());
}

Bytes component_with(std::uint8_t section, BytesView body) {
    Bytes component = to_bytes(std::string_view("\0asm\x0d\0\1\0", 8));
    component.push_back(section);
    auto size = body.size();
    for (; size >= 0x80; size >>= 7U) component.push_back(static_cast<std::uint8_t>(size | 0x80U));
    component.push_back(static_cast<std::uint8_t>(size));
    component.insert(component.end(), body.begin(), body.end());
    return component;
}

TEST(Compiler, GivesTheSameCodeFromAChildAsFromHere) {
    const auto here = Compiler(settings(), "", {}).compile(test_guest());
    const auto there = in_child().compile(test_guest());

    ASSERT_TRUE(here) << here.error().message;
    ASSERT_TRUE(there) << there.error().message;
    EXPECT_GT(there->bytes, 100'000U);
    // Not octet for octet: what is compiled side by side comes in any order.
    EXPECT_NEAR(static_cast<double>(there->bytes), static_cast<double>(here->bytes), 65'536);
}

TEST(Compiler, RefusesForTheSameReasonsInAChildAsHere) {
    const Bytes guest = test_guest();
    const Bytes many = component_with(8, as_bytes("\xc1\x9a\x0c"));  // 200,001 adapters.
    const std::pair<Bytes, std::string_view> cases[] = {
        {{}, "engine.not_wasm"},
        {to_bytes("#!/bin/sh\n"), "engine.not_wasm"},
        {to_bytes(std::string_view("\0asm\1\0\0\0", 8)), "engine.core_module"},
        {Bytes(guest.begin(), guest.begin() + 50'000), "engine.component_corrupt"},
        {many, "engine.compile_functions"}};
    for (const auto& [wasm, slug] : cases) {
        const auto here = Compiler(settings(), "", {}).compile(wasm);
        const auto there = in_child().compile(wasm);

        EXPECT_EQ(slug_of(here), slug);
        EXPECT_EQ(slug_of(there), slug);
        if (!here && !there) EXPECT_EQ(there.error().message, here.error().message);
    }
}

TEST(Compiler, HoldsAChildToItsTime) {
    EXPECT_EQ(slug_of(in_child({.time_max = std::chrono::seconds(0)}).compile(test_guest())),
              "engine.compile_time");
}

TEST(Compiler, HoldsAChildToItsCode) {
    EXPECT_EQ(slug_of(in_child({.code_bytes_max = 50'000}).compile(test_guest())),
              "engine.compile_size");
}

TEST(Compiler, HoldsAChildToItsMemory) {
    if (compile_memory_bytes_max == 0)
        GTEST_SKIP() << "a sanitizer's own memory is more than any limit";
    EXPECT_EQ(slug_of(in_child({.memory_bytes_max = 24U << 20U}).compile(test_guest())),
              "engine.compile_memory");
}

TEST(Compiler, SaysThatAChildCannotBeStartedOrIsNoCompiler) {
    EXPECT_EQ(slug_of(Compiler(settings(), "/nonexistent", {}).compile({})),
              "process.cannot_start");
    EXPECT_EQ(slug_of(Compiler(settings(), "/bin/true", {}).compile({})),
              "engine.compiler_unavailable");
    EXPECT_EQ(slug_of(Compiler(settings(), "/bin/sleep", {}).compile({})),
              "engine.compiler_crashed");
}

TEST(Compiler, NamesASettingThatIsWrong) {
    auto wrong = settings();
    wrong.epoch_tick_ms = 0;

    const auto refused = Compiler(wrong, WEFT_COMPILE_WORKER, {}).compile(test_guest());

    EXPECT_EQ(slug_of(refused), "engine.config_invalid");
}

TEST(Compiler, StartedByHandSaysWhatItIsFor) {
    const auto outcome = process::run_child({.command = {.program = WEFT_COMPILE_WORKER,
                                                         .arguments = {"weft"},
                                                         .descriptors = {},
                                                         .limits = {}}});

    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->end.code, 42);
    EXPECT_NE(outcome->output.find("'weft up'"), std::string::npos);
}

}  // namespace
}  // namespace weft::engine::wasmtime
