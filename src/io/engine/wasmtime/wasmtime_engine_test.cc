#include "io/engine/wasmtime/wasmtime_engine.h"

#include <fstream>
#include <iterator>

#include "io/engine/port_suite.h"

namespace weft::engine::wasmtime {
namespace {

Bytes test_guest() {
    std::ifstream file(WEFT_SOURCE_DIR "/src/io/engine/testdata/testguest.wasm", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

EngineSetUp set_up(const EngineConfig& config) {
    auto engine = make_engine(config);
    EXPECT_TRUE(engine) << engine.error().message;
    return {*engine, test_guest()};
}

}  // namespace
}  // namespace weft::engine::wasmtime

namespace weft::engine {
INSTANTIATE_TEST_SUITE_P(Wasmtime, EnginePort,
                         testing::Values(EngineUnderTest{"wasmtime", wasmtime::set_up}));
}  // namespace weft::engine
