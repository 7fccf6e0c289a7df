#include "entry/app/plan.h"

#include <string>

#include <gtest/gtest.h>

#include "platform/manifest/parse.h"

namespace weft::app {
namespace {

using namespace std::chrono_literals;

/// An application of one component, with `extra` lines behind its image, and one provider.
std::string manifest_text(std::string_view image, std::string_view extra,
                          std::string_view provider) {
    std::string text = R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: {name: shop, annotations: {version: v1}}
spec:
  components:
    - name: api
      type: component
      properties: {image: ")";
    text.append(image).append("\"}\n").append(extra);
    text.append("    - name: http\n      type: capability\n      properties: {image: \"")
        .append(provider)
        .append("\"}\n");
    text += R"(      traits:
        - type: link
          properties:
            target: api
            namespace: wasi
            package: http
            interfaces: [incoming-handler]
            source: {config: [{name: listen, properties: {address: "127.0.0.1:8000"}}]}
)";
    return text;
}

Result<Plan> plan(std::string_view image, std::string_view extra = "",
                  std::string_view provider = "ghcr.io/wasmcloud/http-server:0.26.0") {
    auto report = manifest::parse_manifest(manifest_text(image, extra, provider));
    if (!report.application)
        return fail(Errc::internal, "test.manifest", "{}",
                    report.findings.empty() ? "" : report.findings[0].message);
    Plan plan;
    CHECK(add_to_plan(plan, *report.application, "/apps"));
    return plan;
}

Slug slug_of(const Result<Plan>& result) {
    EXPECT_FALSE(result);
    return result ? Slug("test.none") : result.error().slug;
}

TEST(Plan, TakesComponentsAndHttpServersWithTheirLinks) {
    const auto planned = plan("file://./api.wasm");

    ASSERT_TRUE(planned) << planned.error().message;
    ASSERT_EQ(planned->components.size(), 1U);
    EXPECT_EQ(planned->components[0].id, "shop-api");
    EXPECT_EQ(planned->components[0].path, "/apps/./api.wasm");
    ASSERT_EQ(planned->http_servers.size(), 1U);
    EXPECT_EQ(planned->http_servers[0].links.at(0).target, "shop-api");
    EXPECT_EQ(planned->http_servers[0].links.at(0).source_config.at("address"), "127.0.0.1:8000");
    EXPECT_EQ(plan("file:///x/api.wasm")->components[0].path, "/x/api.wasm");
    EXPECT_TRUE(plan("./api.wasm", "", "wasmcloud+builtin://http-server"));
}

TEST(Plan, LimitsOfTheManifestBecomeLimitsOfCalls) {
    const auto planned = plan("./api.wasm", R"(      traits:
        - type: spreadscaler
          properties: {instances: 500}
        - type: limits
          properties: {memory: 8MiB, cpu_time: 25ms, queue: 7, deadline: 2s, table_elements: 9,
                       handles: 10, parts: 11, host_data: 12KiB, fields: 13KiB, random: 14KiB, log: 15KiB}
)");

    ASSERT_TRUE(planned) << planned.error().message;
    const auto& component = planned->components[0];
    EXPECT_EQ(component.limits.memory_bytes_max, 8U << 20U);
    EXPECT_EQ(component.limits.cpu_time_max, 25ms);
    EXPECT_EQ(component.limits.table_elements_max, 9U);
    EXPECT_EQ(component.limits.handles_max, 10U);
    EXPECT_EQ(component.limits.parts_max, 11U);
    EXPECT_EQ(component.limits.hostcall_bytes_max, 12U << 10U);
    EXPECT_EQ(component.limits.header_bytes_max, 13U << 10U);
    EXPECT_EQ(component.limits.random_bytes_max, 14U << 10U);
    EXPECT_EQ(component.log_bytes_per_s, 15U << 10U);
    EXPECT_EQ(component.admission.queue_max, 7U);
    EXPECT_EQ(component.admission.deadline, 2s);
    EXPECT_EQ(component.admission.concurrency_max, 500U);
}

TEST(Plan, RefusesWhatThisVersionDoesNotServe) {
    EXPECT_EQ(slug_of(plan("ghcr.io/acme/api:1.0")), Slug("app.image_unsupported"));
    EXPECT_EQ(slug_of(plan("./api.wasm", "", "ghcr.io/wasmcloud/keyvalue-redis:0.28.0")),
              Slug("app.provider_unsupported"));
    EXPECT_EQ(slug_of(plan("./api.wasm", R"(      traits:
        - type: link
          properties: {target: http, namespace: wasi, package: keyvalue, interfaces: [store]}
)")),
              Slug("app.link_unsupported"));
    EXPECT_EQ(slug_of(plan("./api.wasm", R"(      traits:
        - type: rollout
          properties: {strategy: canary, steps: [50, 100]}
)")),
              Slug("app.trait_unsupported"));
}

TEST(Plan, ThePoolTraitSaysHowInstancesAreKept) {
    const auto planned = plan("./api.wasm", R"(      traits:
        - type: pool
          properties: {reuse: 100, idle: 3s, min: 2, max: 9}
)");

    ASSERT_TRUE(planned) << planned.error().message;
    const auto& reuse = planned->components[0].reuse;
    EXPECT_EQ(reuse.calls, 100U);
    EXPECT_EQ(reuse.idle, 3s);
    EXPECT_EQ(reuse.instances_min, 2U);
    EXPECT_EQ(reuse.instances_max, 9U);
}

TEST(Plan, TwoApplicationsMayNotShareAnId) {
    const auto report =
        manifest::parse_manifest(manifest_text("./a.wasm", "", "weft+builtin://http-server"));
    ASSERT_TRUE(report.application);
    Plan plan;
    ASSERT_TRUE(add_to_plan(plan, *report.application, "/a"));

    EXPECT_EQ(add_to_plan(plan, *report.application, "/a").error().slug, Slug("app.id_taken"));
}

}  // namespace
}  // namespace weft::app
