#include "io/engine/fake/fake_engine.h"

#include "base/rt/byte_stream_fixture.h"
#include "base/rt/sim_loop_fixture.h"
#include "io/engine/export_stream_suite.h"
#include "io/engine/passing_suite.h"
#include "io/engine/port_suite.h"
#include "io/engine/program_suite.h"

namespace weft::engine::fake {
namespace {

EngineSetUp set_up(const EngineConfig& config) {
    auto engine = std::make_shared<FakeEngine>(config);
    engine->add("the test guest", test_guest());
    engine->add("the test guest 0.3", test_guest(), HttpKind::concurrent);
    engine->add("the test program", test_program());
    engine->add("streaming", value::World{}, test_streaming());
    engine->add("passing", value::World{}, test_passing());
    return {engine,
            to_bytes("the test guest"),
            to_bytes("the test guest 0.3"),
            to_bytes("the test program"),
            to_bytes("streaming"),
            to_bytes("passing")};
}

rt::Task<std::string> call(std::shared_ptr<const Component> component, std::string path) {
    net::HttpRequest request;
    request.path_and_query = std::move(path);
    auto observer = std::make_shared<ListeningObserver>();
    CO_TRY(auto response,
           co_await call_once(component.get(), {}, std::move(request), {}, observer));
    CO_TRY(Bytes body, co_await rt::read_all(response.body.get(), 100));
    co_return std::string(as_text(body));
}

TEST(FakeEngine, RunsOnVirtualTime) {
    rt::SimLoop loop;
    auto made = set_up({});
    const auto component = made.engine->compile(made.test_guest).value();

    EXPECT_EQ(loop.run(call(component, "/sleep?3600000")).value(), "woke");
    EXPECT_EQ(loop.now(), TimePoint(std::chrono::hours(1)));
}

}  // namespace
}  // namespace weft::engine::fake

namespace weft::engine {
INSTANTIATE_TEST_SUITE_P(Fake, EnginePort, testing::Values(EngineUnderTest{"fake", fake::set_up}));
INSTANTIATE_TEST_SUITE_P(Fake, EngineStreams,
                         testing::Values(EngineUnderTest{"fake", fake::set_up}));
INSTANTIATE_TEST_SUITE_P(Fake, EngineExportStreams,
                         testing::Values(EngineUnderTest{"fake", fake::set_up}));
INSTANTIATE_TEST_SUITE_P(Fake, EnginePassing,
                         testing::Values(EngineUnderTest{"fake", fake::set_up}));
INSTANTIATE_TEST_SUITE_P(Fake, EnginePrograms,
                         testing::Values(EngineUnderTest{"fake", fake::set_up}));
}  // namespace weft::engine
