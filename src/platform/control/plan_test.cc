#include <array>
#include <string>

#include <gtest/gtest.h>

#include "platform/control/check_manifests.h"

namespace weft::control {
namespace {

using engine::Limit;
using namespace std::chrono_literals;

/// An application of one component, with `extra` lines behind its image, and one provider.
std::string manifest_text(std::string_view image, std::string_view extra,
                          std::string_view provider) {
    std::string text = R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: {name: My-Shop, annotations: {version: v1}}
spec:
  components:
    - name: api.v2
      type: component
      properties: {image: ")";
    text.append(image).append("\"}\n").append(extra);
    text.append("    - name: http\n      type: capability\n      properties: {image: \"")
        .append(provider)
        .append("\", config: [{name: own, properties: {routing_mode: path}}]}\n");
    text += R"(      traits:
        - type: link
          properties:
            target: api.v2
            namespace: wasi
            package: http
            interfaces: [incoming-handler]
            source: {config: [{name: listen, properties: {address: "127.0.0.1:8000"}}]}
)";
    return text;
}

constexpr std::array<std::string_view, 1> interfaces{"wasi:http/incoming-handler"};
constexpr std::array kinds{capability::ProviderKind{
    "http-server", interfaces, {}, nullptr, [](const std::vector<capability::Link>&) {
        return std::vector<capability::LinkFault>();
    }}};

Result<Application> planned(std::string_view image, std::string_view extra = "",
                            std::string_view provider = "ghcr.io/wasmcloud/http-server:0.26.0") {
    auto checked = check_manifests({{manifest_text(image, extra, provider), "/apps"}}, kinds,
                                   manifest::Strictness::lenient)
                       .at(0);
    if (checked.application) return std::move(*checked.application);
    return fail(Errc::internal, "test.manifest", "{}", checked.findings.at(0).message);
}

TEST(Plan, GivesTheIdsThatWadmGives) {
    const auto application = planned("file://./api.wasm");

    ASSERT_TRUE(application) << application.error().message;
    EXPECT_EQ(application->name, "My-Shop");
    ASSERT_EQ(application->components.size(), 1U);
    EXPECT_EQ(application->components[0].id, "my_shop-api_v2");
    EXPECT_EQ(application->components[0].path, "/apps/./api.wasm");
    ASSERT_EQ(application->providers.size(), 1U);
    EXPECT_EQ(application->providers[0].id, "my_shop-http");
    EXPECT_EQ(application->providers[0].kind, "http-server");
    EXPECT_EQ(planned("file:///x/api.wasm")->components[0].path, "/x/api.wasm");
}

TEST(Plan, LinksCarryTheConfigurationOfBothEndsAndOfTheirProvider) {
    const auto application = planned("./api.wasm", "", "wasmcloud+builtin://http-server");

    ASSERT_TRUE(application) << application.error().message;
    const auto& link = application->links.at(0);
    EXPECT_EQ(link.source, "my_shop-http");
    EXPECT_EQ(link.target, "my_shop-api_v2");
    EXPECT_EQ(link.provider, "http-server");
    EXPECT_EQ(link.source_config.at("address"), "127.0.0.1:8000");
    EXPECT_EQ(link.provider_config.at("routing_mode"), "path");
    EXPECT_EQ(link.interfaces, std::vector<std::string>{"incoming-handler"});
}

TEST(Plan, TakesTheLimitsOfTheManifest) {
    const auto application = planned("./api.wasm", R"(      traits:
        - type: spreadscaler
          properties: {instances: 500}
        - type: limits
          properties: {memory: 8MiB, cpu_time: 25ms, fields: 13KiB}
        - type: pool
          properties: {reuse: 100, max: 9}
)");

    ASSERT_TRUE(application) << application.error().message;
    EXPECT_EQ(application->components[0].limits, (engine::Limits{{Limit::memory, 8U << 20U},
                                                                 {Limit::cpu_time, 25ms},
                                                                 {Limit::fields, 13U << 10U},
                                                                 {Limit::reuse, 100},
                                                                 {Limit::instances_max, 9},
                                                                 {Limit::concurrency, 500}}));
}

TEST(Plan, AStatedConcurrencyCountsMoreThanAScaler) {
    const auto application = planned("./api.wasm", R"(      traits:
        - type: spreadscaler
          properties: {instances: 500}
        - type: limits
          properties: {concurrency: 3}
)");

    ASSERT_TRUE(application) << application.error().message;
    EXPECT_EQ(application->components[0].limits[Limit::concurrency], 3U);
}

TEST(Plan, TwoTraitsForOneLinkAreOne) {
    const std::string link =
        "{type: link, properties: {target: api.v2, namespace: a, package: b, interfaces: ";
    const auto text = manifest_text("./api.wasm", "", "wasmcloud+builtin://http-server") +
                      "    - {name: x, type: component, properties: {image: ./x.wasm}, traits: [" +
                      link + "[c]}}, " + link + "[d]}}]}\n";

    const auto checked =
        check_manifests({{text, "/apps"}}, kinds, manifest::Strictness::lenient).at(0);

    ASSERT_TRUE(checked.application) << checked.findings.at(0).message;
    std::vector<std::vector<std::string>> found;
    for (const auto& one : checked.application->links)
        if (one.source == "my_shop-x") found.push_back(one.interfaces);
    EXPECT_EQ(found, (std::vector<std::vector<std::string>>{{"c", "d"}}));
}

}  // namespace
}  // namespace weft::control
