#include "platform/manifest/parse.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/manifest/case_file_fixture.h"

namespace weft::manifest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::SizeIs;

constexpr std::string_view head = R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: shop
  labels: {team: payments}
  annotations: {version: v0.2.0, description: a shop}
)";

constexpr std::string_view shop = R"(spec:
  policies:
    - name: vault
      type: policy.secret.wasmcloud.dev/v1alpha1
      properties: {backend: vault-prod}
  components:
    - name: basket
      type: component
      properties:
        image: ghcr.io/acme/basket:0.2.0
        id: basket_1
        config: [{name: defaults, properties: {currency: EUR}}, {name: external}]
        secrets: [{name: key, properties: {policy: vault, key: a/b, field: f, version: "2"}}]
      traits:
        - type: spreadscaler
          properties:
            instances: 5
            spread:
              - {name: east, requirements: {zone: e}, weight: 40}
              - {name: west, requirements: {zone: w}}
        - type: link
          properties:
            {namespace: wasi, package: keyvalue, interfaces: [store, atomics], name: carts,
             target: {name: kv, config: [{name: url, properties: {URL: "redis://h"}}]}}
        - type: pool
          properties: {reuse: 3, idle: 10s, min: 1, max: 64}
        - type: limits
          properties: {memory: 64MiB, cpu_time: 200ms, concurrency: 100, queue: 1000, deadline: 5s}
        - type: rollout
          properties: {strategy: canary, steps: [5, 25, 100], gate: {error_rate: 0.5%, p99: 50ms}}
    - name: kv
      type: capability
      properties: {image: "ghcr.io/wasmcloud/keyvalue-redis:0.28.1"}
      traits:
        - {type: daemonscaler, properties: {replicas: 2}}
        - {type: other, properties: {x: 1}}
    - name: shared
      type: capability
      properties: {application: {name: base, component: http}}
)";

Application parsed() {
    auto report = parse_manifest(std::string(head) + std::string(shop));
    EXPECT_TRUE(report.application)
        << (report.findings.empty() ? "" : describe(report.findings[0]));
    return std::move(report.application).value_or(Application{});
}

TEST(ParseManifest, ReadsTheApplication) {
    const auto application = parsed();

    EXPECT_EQ(application.name, "shop");
    EXPECT_EQ(application.version, "v0.2.0");
    EXPECT_THAT(application.labels, ElementsAre(Pair("team", "payments")));
    EXPECT_THAT(application.annotations, SizeIs(2));
    ASSERT_THAT(application.policies, SizeIs(1));
    EXPECT_EQ(application.policies[0].properties.at("backend"), "vault-prod");
    ASSERT_THAT(application.components, SizeIs(3));
    EXPECT_EQ(application.find("kv"), &application.components[1]);
    EXPECT_EQ(application.find("nobody"), nullptr);
}

TEST(ParseManifest, ReadsComponents) {
    const auto application = parsed();
    const auto& basket = application.components.at(0);
    const auto& kv = application.components.at(1);
    const auto& shared = application.components.at(2);

    EXPECT_EQ(basket.kind, Component::Kind::component);
    EXPECT_EQ(basket.image->repository, "ghcr.io/acme/basket");
    EXPECT_EQ(basket.id, "basket_1");
    EXPECT_EQ(basket.place.path, "spec.components[0]");
    EXPECT_EQ(basket.place.mark, (codec::Mark{13, 7}));
    ASSERT_THAT(basket.configs, SizeIs(2));
    EXPECT_THAT(*basket.configs[0].properties, ElementsAre(Pair("currency", "EUR")));
    EXPECT_FALSE(basket.configs[1].properties);
    ASSERT_THAT(basket.secrets, SizeIs(1));
    EXPECT_EQ(basket.secrets[0].key, "a/b");
    EXPECT_EQ(basket.secrets[0].field, "f");
    EXPECT_EQ(basket.secrets[0].version, "2");
    EXPECT_EQ(kv.kind, Component::Kind::capability);
    EXPECT_EQ(kv.image->builtin->contract, Contract::keyvalue);
    ASSERT_THAT(kv.custom_traits, SizeIs(1));
    EXPECT_EQ(kv.custom_traits[0].type, "other");
    EXPECT_FALSE(shared.image);
    EXPECT_EQ(shared.shared->application, "base");
    EXPECT_EQ(shared.shared->component, "http");
}

TEST(ParseManifest, ReadsScalersAndLinks) {
    const auto application = parsed();
    const auto& basket = application.components.at(0);
    const auto& kv = application.components.at(1);

    ASSERT_TRUE(basket.scaler);
    EXPECT_EQ(basket.scaler->instances, 5U);
    ASSERT_THAT(basket.scaler->rules, SizeIs(2));
    EXPECT_EQ(basket.scaler->rules[0].weight, 40U);
    EXPECT_EQ(basket.scaler->rules[1].weight, 100U);
    EXPECT_THAT(basket.scaler->rules[1].requirements, ElementsAre(Pair("zone", "w")));
    EXPECT_EQ(kv.scaler->kind, Scaler::Kind::daemon);
    EXPECT_EQ(kv.scaler->instances, 2U);
    ASSERT_THAT(basket.links, SizeIs(1));
    const auto& link = basket.links[0];
    EXPECT_EQ(link.name, "carts");
    EXPECT_EQ(link.ns + ":" + link.package, "wasi:keyvalue");
    EXPECT_THAT(link.interfaces, ElementsAre("store", "atomics"));
    EXPECT_EQ(link.target, "kv");
    ASSERT_THAT(link.target_end.configs, SizeIs(1));
    EXPECT_THAT(*link.target_end.configs[0].properties, ElementsAre(Pair("URL", "redis://h")));
    EXPECT_THAT(link.source_end.configs, SizeIs(0));
}

TEST(ParseManifest, ReadsWeftsOwnTraits) {
    const auto application = parsed();
    const auto& basket = application.components.at(0);

    using engine::Limit;
    ASSERT_TRUE(basket.pool_place && basket.limits_place && basket.rollout);
    EXPECT_EQ(basket.limits, (engine::Limits{{Limit::reuse, 3},
                                             {Limit::idle, seconds(10)},
                                             {Limit::instances_min, 1},
                                             {Limit::instances_max, 64},
                                             {Limit::memory, 64U * 1024 * 1024},
                                             {Limit::cpu_time, milliseconds(200)},
                                             {Limit::concurrency, 100},
                                             {Limit::queue, 1000},
                                             {Limit::deadline, seconds(5)}}));
    EXPECT_TRUE(basket.limits.is_set(Limit::queue));
    EXPECT_FALSE(basket.limits.is_set(Limit::log));
    EXPECT_THAT(basket.rollout->steps_percent, ElementsAre(5, 25, 100));
    EXPECT_EQ(basket.rollout->error_rate_percent_max, 0.5);
    EXPECT_EQ(basket.rollout->p99_max, milliseconds(50));
}

TEST(ParseManifest, ReadsTheOlderFormOfLinks) {
    const auto report = parse_manifest(std::string(head) + R"(spec:
  components:
    - name: h
      type: capability
      properties: {image: "weft+builtin://http-server"}
      traits:
        - type: link
          properties: {namespace: wasi, package: http, interfaces: [incoming-handler], target: h,
            source_config: [{name: s}], target_config: [{name: t}]}
)");

    ASSERT_TRUE(report.application);
    EXPECT_EQ(count(report.findings, Severity::warning), 2U);
    const auto& link = report.application->components.at(0).links.at(0);
    EXPECT_EQ(link.name, "default");
    EXPECT_EQ(link.source_end.configs.at(0).name, "s");
    EXPECT_EQ(link.target_end.configs.at(0).name, "t");
}

struct BadInput {
    const char* name;
    std::string text;
    const char* slug;
};

class BadText : public ::testing::TestWithParam<BadInput> {};

TEST_P(BadText, IsOneFinding) {
    const auto report = parse_manifest(GetParam().text);

    EXPECT_FALSE(report.application);
    ASSERT_THAT(report.findings, SizeIs(1));
    const auto& finding = report.findings[0];
    EXPECT_EQ(finding.slug, GetParam().slug) << finding.message;
    EXPECT_EQ(finding.severity, Severity::error);
    EXPECT_GE(finding.line, 1U);
    EXPECT_GE(finding.column, 1U);
    EXPECT_LT(finding.message.size(), 1100U);
    EXPECT_THAT(finding.message, ::testing::Not(::testing::StartsWith("line ")));
}

std::string nested(std::size_t depth) {
    return "x: " + std::string(depth, '[') + std::string(depth, ']');
}

INSTANTIATE_TEST_SUITE_P(
    All, BadText,
    ::testing::Values(BadInput{"empty", "", "yaml.document_missing"},
                      BadInput{"only_comments", "# nothing\n\n", "yaml.document_missing"},
                      BadInput{"text", "just a sentence", "manifest.not_a_manifest"},
                      BadInput{"list", "- a\n- b\n", "manifest.not_a_manifest"},
                      BadInput{"null", "~", "manifest.not_a_manifest"},
                      BadInput{"binary", std::string("\0asm\x01\0\0\0", 8), "yaml.binary_input"},
                      BadInput{"nul", std::string("a: b\0c", 6), "yaml.binary_input"},
                      BadInput{"elf",
                               std::string("\x7f"
                                           "ELF\x02\x01\x01\0",
                                           8),
                               "yaml.binary_input"},
                      BadInput{"utf16",
                               std::string("\xff\xfe"
                                           "a\0:\0",
                                           6),
                               "yaml.binary_input"},
                      BadInput{"latin1", "name: caf\xe9\n", "yaml.utf8_invalid"},
                      BadInput{"brackets", std::string(1'000'000, '['), "yaml.depth_exceeded"},
                      BadInput{"too_deep", nested(32), "yaml.depth_exceeded"},
                      BadInput{"too_long", "# " + std::string(1024 * 1024, 'x'),
                               "yaml.text_too_long"},
                      BadInput{"two_documents", "a: 1\n---\nb: 2\n", "yaml.documents_several"},
                      BadInput{"alias", "a: &x [*x]\n", "yaml.anchor_refused"},
                      BadInput{"tab", "a:\n\tb: 1\n", "yaml.syntax"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(ParseManifest, AcceptsTheGreatestDepth) {
    const auto report = parse_manifest(nested(31));

    for (const auto& finding : report.findings) EXPECT_THAT(finding.slug, HasSubstr("manifest."));
}

TEST(ParseManifest, AcceptsTheGreatestLength) {
    auto text = std::string(head) + std::string(shop) + "# ";
    text.append(1024 * 1024 - text.size(), 'x');

    EXPECT_TRUE(parse_manifest(text).application);
}

TEST(ParseManifest, ListsFindingsInTheOrderOfTheText) {
    const auto report = parse_manifest(std::string(head) + R"(spec:
  components:
    - {name: a, type: component, properties: {imge: x}}
    - {name: a, type: compnent, properties: {image: "x:1"}, traits: [{type: pol, properties: }]}
)");

    ASSERT_GE(report.findings.size(), 4U);
    for (std::size_t i = 1; i < report.findings.size(); ++i) {
        const auto& before = report.findings[i - 1];
        const auto& after = report.findings[i];
        EXPECT_LE(std::pair(before.line, before.column), std::pair(after.line, after.column));
    }
}

TEST(ParseManifest, SaysHowManyFindingsAreLeftOut) {
    std::string text = std::string(head) + "spec:\n  components:\n";
    for (int i = 0; i < 1000; ++i) text += "    - text\n";

    const auto report = parse_manifest(text);

    ASSERT_THAT(report.findings, SizeIs(Findings::findings_max + 1));
    EXPECT_EQ(report.findings.back().slug, "manifest.findings_omitted");
    EXPECT_EQ(report.findings.back().message, "800 further findings are left out");
}

TEST(ParseManifest, StaysQuickOnManyDanglingLinks) {
    std::string text = std::string(head) + "spec:\n  components:\n";
    for (int i = 0; i < 3000; ++i)
        text +=
            "    - {name: component-with-a-long-name-" + std::to_string(i) +
            ", type: component, properties: {image: \"x:1\"}, traits: [{type: link, properties: "
            "{namespace: a, package: b, interfaces: [c], target: component-with-a-long-neme-" +
            std::to_string(i) + "}}]}\n";

    const auto report = parse_manifest(text);

    EXPECT_THAT(report.findings, SizeIs(Findings::findings_max + 1));
}

TEST(ParseManifest, EscapesHostileTextInMessages) {
    const auto report =
        parse_manifest(std::string(head) + "spec: {components: [], \"\\e[2J\\n\": 1}\n");

    ASSERT_THAT(report.findings, SizeIs(1));
    EXPECT_THAT(report.findings[0].message, HasSubstr(R"(key '\x1b[2J\n' is not known)"));
    EXPECT_EQ(report.findings[0].path, R"(spec['\x1b[2J\n'])");
}

}  // namespace
}  // namespace weft::manifest
