#include "entry/app/serve.h"

#include <gtest/gtest.h>

namespace weft::app {
namespace {

using namespace std::chrono_literals;

cli::ServedFile served() {
    cli::ServedFile file;
    file.name = "hello.wasm";
    file.address = "127.0.0.1:0";
    file.guest.path = "/apps/hello.wasm";
    return file;
}

TEST(Serve, PlansOneComponentBehindAnHttpServer) {
    Plan plan;
    ASSERT_TRUE(add_to_plan(plan, served()));

    ASSERT_EQ(plan.components.size(), 1U);
    const auto& component = plan.components[0];
    EXPECT_EQ(component.id, "hello.wasm");
    EXPECT_EQ(component.path, "/apps/hello.wasm");
    EXPECT_EQ(component.admission.deadline, host::Admission().deadline);
    EXPECT_EQ(component.limits.memory_bytes_max, engine::CallLimits().memory_bytes_max);
    EXPECT_FALSE(component.may_be_unsigned);
    EXPECT_TRUE(component.wasi.environment.empty());
    ASSERT_EQ(plan.http_servers.size(), 1U);
    ASSERT_EQ(plan.http_servers[0].links.size(), 1U);
    const auto& link = plan.http_servers[0].links[0];
    EXPECT_EQ(link.target, component.id);
    EXPECT_EQ(link.source_config.at("address"), "127.0.0.1:0");
}

TEST(Serve, CarriesWhatTheCommandLineGives) {
    auto file = served();
    file.guest.wasi.environment = {{"A", "1"}};
    file.guest.may_be_unsigned = true;
    file.guest.memory_bytes_max = 1U << 20U;
    file.guest.cpu_time = 25ms;
    file.guest.deadline = 2s;

    Plan plan;
    ASSERT_TRUE(add_to_plan(plan, file));

    const auto& component = plan.components.at(0);
    EXPECT_EQ(component.wasi.environment, file.guest.wasi.environment);
    EXPECT_TRUE(component.may_be_unsigned);
    EXPECT_EQ(component.limits.memory_bytes_max, 1U << 20U);
    EXPECT_EQ(component.limits.cpu_time_max, 25ms);
    EXPECT_EQ(component.admission.deadline, 2s);
}

}  // namespace
}  // namespace weft::app
