#include "io/engine/wasmtime/compile/compiler.h"

#include <sys/eventfd.h>

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "io/engine/wasmtime/compile/compile_fixture_test.h"
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

void append_number(Bytes& out, std::size_t number) {
    for (; number >= 0x80; number >>= 7U) out.push_back(static_cast<std::uint8_t>(number | 0x80U));
    out.push_back(static_cast<std::uint8_t>(number));
}

void append_section(Bytes& out, std::uint8_t id, BytesView body) {
    out.push_back(id);
    append_number(out, body.size());
    out.insert(out.end(), body.begin(), body.end());
}

Bytes component_with(std::uint8_t section, BytesView body) {
    Bytes component = to_bytes(std::string_view("\0asm\x0d\0\1\0", 8));
    append_section(component, section, body);
    return component;
}

/// Many small functions with loops in loops: seconds of work in a few hundred kilobytes.
Bytes component_of_loops(std::size_t functions) {
    constexpr std::string_view loops(
        "\x17\0\x03\x40\x03\x40\x03\x40\x41\0\x0d\0\x41\0\x0d\0\x41\0\x0d\0\x0b\x0b\x0b\x0b", 24);
    Bytes module = to_bytes(std::string_view("\0asm\1\0\0\0", 8));
    append_section(module, 1, as_bytes(std::string_view("\1\x60\0\0", 4)));
    Bytes types;
    append_number(types, functions);
    Bytes code = types;
    types.resize(types.size() + functions);  // Each has the type 0.
    for (std::size_t each = 0; each < functions; ++each)
        code.insert(code.end(), loops.begin(), loops.end());
    append_section(module, 3, types);
    append_section(module, 10, code);
    return component_with(1, module);
}

TEST(Compiler, GivesTheSameCodeFromAChildAsFromHere) {
    const auto here = Compiler(settings(), "", {}).compile(test_guest());
    const auto there = in_child().compile(test_guest());

    ASSERT_TRUE(here) << here.error().message;
    ASSERT_TRUE(there) << there.error().message;
    EXPECT_GT(there->bytes, 100'000U);
    // Not byte for byte: what is compiled side by side comes in any order.
    EXPECT_NEAR(static_cast<double>(there->bytes), static_cast<double>(here->bytes), 65'536);
}

TEST(Compiler, RefusesForTheSameReasonsInAChildAsHere) {
    const Bytes guest = test_guest();
    const Bytes many = component_with(8, as_bytes("\xc1\x9a\x0c"));  // 200,001 adapters.
    const std::pair<Bytes, std::string_view> cases[] = {
        {{}, "engine.not_wasm"},
        {to_bytes("#!/bin/sh\n"), "engine.not_wasm"},
        {to_bytes(std::string_view("\0asm\7\0\0\0", 8)), "engine.component_corrupt"},
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
    const auto slow = component_of_loops(30'000);

    const auto out_of_cpu = in_child({.cpu_s_max = 1}).compile(slow);
    const auto out_of_patience = in_child({.time_max = std::chrono::seconds(0)}).compile(slow);

    EXPECT_EQ(slug_of(out_of_cpu), "engine.compile_time");
    EXPECT_EQ(slug_of(out_of_patience), "engine.compile_time");
}

TEST(Compiler, HoldsAChildToItsCode) {
    EXPECT_EQ(slug_of(in_child({.code_bytes_max = 50'000}).compile(test_guest())),
              "engine.compile_size");
}

TEST(Compiler, HoldsAChildToItsMemory) {
    if (compile_memory_bytes_max == 0)
        GTEST_SKIP() << "a sanitizer's own memory is more than any limit";
    EXPECT_EQ(
        slug_of(in_child({.memory_bytes_max = 64U << 20U}).compile(component_of_loops(30'000))),
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

TEST(Compiler, BeginsNothingOnceItIsStopped) {
    const Descriptor stop(::eventfd(1, EFD_CLOEXEC));

    for (const char* worker : {"", WEFT_COMPILE_WORKER})
        EXPECT_EQ(slug_of(Compiler(settings(), worker, {}, stop.get()).compile(test_guest())),
                  "engine.compile_stopped");
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
