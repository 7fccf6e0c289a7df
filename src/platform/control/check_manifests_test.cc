// Goal: whatever a manifest says and this version does not do is found at its line, before anything
// compiles.
#include "platform/control/check_manifests.h"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::control {
namespace {

using manifest::Severity;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::array<std::string_view, 1> interfaces{"wasi:http/incoming-handler"};

/// Two links with one address cannot stand together; the address "wrong" is wrong.
std::vector<capability::LinkFault> check_links(const std::vector<capability::Link>& links) {
    std::vector<capability::LinkFault> faults;
    for (std::size_t at = 0; at < links.size(); ++at) {
        const auto& config = links[at].source_config;
        if (!config.contains("address")) continue;
        if (config.at("address") == "wrong")
            faults.push_back({at,
                              std::nullopt,
                              "ADDRESS",
                              {Errc::invalid_argument, "test.wrong", "the address is wrong"}});
        for (std::size_t before = 0; before < at; ++before)
            if (links[before].source_config == config)
                faults.push_back(
                    {at, before, "address", {Errc::already_exists, "test.taken", "it is taken"}});
    }
    return faults;
}

constexpr std::array kinds{
    capability::ProviderKind{"http-server", interfaces, {}, nullptr, &check_links}};

/// One component, one http-server and a link, with `extra` lines at the end of each of them.
struct Parts {
    std::string name = "app";
    std::string annotations = "version: v1";
    std::string component = {};
    std::string component_traits = {};
    std::string provider = {};
    std::string provider_traits = {};
    std::string link = {};
    std::string rest = {};
    std::string interfaces = "[incoming-handler]";
    std::string image = "./a.wasm";
    std::string provider_image = "wasmcloud+builtin://http-server";
};

ManifestText text_of(const Parts& parts) {
    return {fmt::format(R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: {{name: {}, annotations: {{{}}}}}
spec:
  components:
    - name: a
      type: component
      properties: {{image: "{}"{}}}
      traits: [{}]
    - name: http
      type: capability
      properties: {{image: "{}"{}}}
      traits:
        - type: link
          properties: {{target: {{name: a}}, namespace: wasi, package: http, interfaces: {}{}}}
{}{})",
                        parts.name, parts.annotations, parts.image, parts.component,
                        parts.component_traits, parts.provider_image, parts.provider,
                        parts.interfaces, parts.link, parts.provider_traits, parts.rest),
            "/apps"};
}

/// `unsupported app.secrets_unsupported 8:5`
std::vector<std::string> findings_of(const CheckedManifest& checked) {
    static constexpr std::array<std::string_view, 3> names{"error", "unsupported", "warning"};
    std::vector<std::string> out;
    for (const auto& finding : checked.findings) {
        out.push_back(fmt::format("{} {} {}:{}", names[static_cast<std::size_t>(finding.severity)],
                                  finding.slug, finding.line, finding.column));
        EXPECT_GT(finding.message.size(), 10U);
    }
    const bool can_run = checked.count(Severity::error) + checked.count(Severity::unsupported) == 0;
    EXPECT_EQ(checked.application.has_value(), can_run);
    return out;
}

CheckedManifest check(const Parts& parts) {
    return check_manifests({text_of(parts)}, kinds, manifest::Strictness::lenient).at(0);
}
std::vector<std::string> found(const Parts& parts) { return findings_of(check(parts)); }

TEST(CheckManifests, FindsNothingWhereAllOfItIsDone) {
    EXPECT_THAT(found({.component_traits = "{type: spreadscaler, properties: {instances: 5, "
                                           "spread: [{name: all, requirements: {}}]}}",
                       .provider = ", config: [{name: p, properties: {routing_mode: path}}]",
                       .link = ", source: {config: [{name: l, properties: {path: /}}]}"}),
                IsEmpty());
}

TEST(CheckManifests, FindsSecretsWhereverTheyStand) {
    const std::string secrets = "secrets: [{name: s, properties: {policy: p, key: k}}]";
    const std::string policy =
        "  policies: [{name: p, type: policy.secret.wasmcloud.dev/v1alpha1, "
        "properties: {backend: b}}]\n";

    EXPECT_THAT(found({.component = ", " + secrets, .rest = policy}),
                ElementsAre("unsupported app.secrets_unsupported 8:49",
                            "warning app.policy_ignored 16:14"));
    EXPECT_THAT(found({.provider = ", " + secrets, .rest = policy}),
                ElementsAre("unsupported app.secrets_unsupported 12:72",
                            "warning app.policy_ignored 16:14"));
    EXPECT_THAT(found({.link = ", source: {" + secrets + "}", .rest = policy}),
                ElementsAre("unsupported app.secrets_unsupported 15:126",
                            "warning app.policy_ignored 16:14"));
}

TEST(CheckManifests, FindsConfigurationOfComponents) {
    EXPECT_THAT(
        found({.component = ", config: [{name: c, properties: {a: b}}, {name: elsewhere}]"}),
        ElementsAre("unsupported manifest.config_missing 8:79"));
}

TEST(CheckManifests, AConfigurationIsDefinedOnceAndUsedByName) {
    const auto used = check(
        {.provider_traits = R"(        - type: link
          properties: {target: {name: a}, namespace: wasi, package: http, name: second, interfaces: [incoming-handler], source: {config: [{name: shared}, {name: own, properties: {path: /b}}]}}
)",
         .link = ", source: {config: [{name: shared, properties: {address: '127.0.0.1:80'}}]}"});
    // Two links with the same address; the second has a path beside it.
    ASSERT_TRUE(used.application) << findings_of(used).front();
    const auto& links = used.application->links;
    ASSERT_EQ(links.size(), 2U);
    EXPECT_EQ(links[1].source_config.at("address"), "127.0.0.1:80");
    EXPECT_EQ(links[1].source_config.at("path"), "/b");
    EXPECT_EQ(links[0].source_config.size(), 1U);

    EXPECT_THAT(found({.link = ", source: {config: [{name: nowhere}]}"}),
                ElementsAre("unsupported manifest.config_missing 15:125"));
    EXPECT_THAT(found({.provider = ", config: [{name: nowhere}]"}),
                ElementsAre("unsupported manifest.config_missing 12:71"));
}

TEST(CheckManifests, FindsSettingsInEveryFormOfALink) {
    // At the target's end the http-server reads nothing.
    auto older =
        text_of({.link = ", target_config: [{name: t, properties: {b: c}}], source_config: "
                         "[{name: s, properties: {adress: x}}]"});
    older.text.replace(older.text.find("{name: a}, namespace"), 9, "a");
    const auto checked = check_manifests({older}, kinds, manifest::Strictness::lenient);
    EXPECT_THAT(findings_of(checked.at(0)), ElementsAre("warning manifest.key_deprecated 15:114",
                                                        "warning manifest.setting_unknown 15:141",
                                                        "warning manifest.key_deprecated 15:162",
                                                        "warning manifest.setting_unknown 15:194"));
    EXPECT_THAT(found({.link = ", target_config: [{name: t}]"}),
                ElementsAre("warning manifest.key_ignored 15:122"));
    EXPECT_THAT(found({.link = ", source: {config: [{name: s, properties: {timeout_ms: '9', "
                               "tls_cert_file: f}}]}"}),
                ElementsAre("warning manifest.setting_ignored 15:160",
                            "unsupported manifest.setting_unsupported 15:180"));
}

TEST(CheckManifests, FindsScalersThatAreNotFollowed) {
    EXPECT_THAT(
        found({.component_traits = "{type: daemonscaler, properties: {instances: 1, spread: "
                                   "[{name: x, requirements: {zone: eu}}, {name: y, "
                                   "requirements: {}, weight: 7}, {name: z, requirements: {}}]}}"}),
        ElementsAre("warning app.spread_ignored 9:73", "warning app.spread_ignored 9:110"));
    EXPECT_THAT(found({.provider_traits = "        - type: spreadscaler\n"
                                          "          properties: {instances: 3}\n"}),
                ElementsAre("warning app.hosts_ignored 17:35"));
}

TEST(CheckManifests, WhatIsScaledToNothingDoesNotRun) {
    const auto component =
        check({.component_traits = "{type: spreadscaler, properties: {instances: 0}}"});
    EXPECT_THAT(findings_of(component), ElementsAre("warning manifest.instances_zero 9:61"));
    ASSERT_TRUE(component.application);
    EXPECT_THAT(component.application->components, IsEmpty());
    EXPECT_THAT(component.application->links, IsEmpty());
    EXPECT_EQ(component.application->providers.size(), 1U);

    const auto provider = check({.provider_traits = "        - type: daemonscaler\n"
                                                    "          properties: {instances: 0}\n"});
    ASSERT_TRUE(provider.application);
    EXPECT_EQ(provider.application->components.size(), 1U);
    EXPECT_THAT(provider.application->links, IsEmpty());
    EXPECT_THAT(provider.application->providers, IsEmpty());
}

TEST(CheckManifests, FindsWhatCannotRunHereAllAtOnce) {
    EXPECT_THAT(
        found({.annotations = "version: v1, experimental.wasmcloud.dev/shared: 'true'",
               .component_traits =
                   "{type: rollout, properties: {strategy: canary, steps: [50, 100]}}",
               .rest = "    - name: shared\n      type: component\n      properties: {application: "
                       "{name: o, component: c}}\n",
               .image = "ghcr.io/acme/a:1",
               .provider_image = "ghcr.io/acme/mine:1"}),
        ElementsAre("warning app.sharing_ignored 3:85", "unsupported app.image_unsupported 8:27",
                    "unsupported app.trait_unsupported 9:44",
                    "unsupported app.provider_unsupported 12:27",
                    "unsupported app.shared_unsupported 18:33"));
}

TEST(CheckManifests, LinksOfComponentsLeadToWhatAnswers) {
    EXPECT_THAT(found({.component_traits =
                           "{type: link, properties: {target: {name: http}, namespace: wasi, "
                           "package: http, interfaces: [incoming-handler]}}"}),
                ElementsAre("unsupported control.link_interface 9:41"))
        << "an http-server is called by nobody";
    EXPECT_THAT(found({.component_traits =
                           "{type: link, properties: {target: {name: a}, namespace: a, package: b, "
                           "interfaces: [c]}}"}),
                ElementsAre("error app.link_to_itself 9:41"));
}

TEST(CheckManifests, ALinkNamesWhatItsProviderOffers) {
    EXPECT_THAT(found({.interfaces = "[outgoing-handler]"}),
                ElementsAre("unsupported control.link_interface 15:23"));
    EXPECT_THAT(found({.interfaces = "[]"}),
                ElementsAre("unsupported control.link_interface 15:23"));
    EXPECT_THAT(found({.interfaces = "[incoming-handler@0.2.3]"}), IsEmpty());
    auto keyvalue = text_of({});
    keyvalue.text.replace(keyvalue.text.find("package: http"), 13, "package: keyvalue");
    const auto checked = check_manifests({keyvalue}, kinds, manifest::Strictness::lenient);
    EXPECT_THAT(findings_of(checked.at(0)),
                ElementsAre("unsupported control.link_interface 15:23",
                            "warning manifest.interface_unrecognised 15:23"));
}

TEST(CheckManifests, SaysWhatIsWrongWithASettingWhereItStands) {
    EXPECT_THAT(found({.link = ", source: {config: [{name: s, properties: {address: wrong}}]}"}),
                ElementsAre("error test.wrong 15:157"));
}

TEST(CheckManifests, TwoManifestsAreLookedAtTogether) {
    const Parts first{.name = "one",
                      .link = ", source: {config: [{name: s, properties: {address: x}}]}"};
    auto second = first;
    second.name = "two";
    const auto both =
        check_manifests({text_of(first), text_of(second)}, kinds, manifest::Strictness::lenient);

    EXPECT_THAT(findings_of(both.at(0)), IsEmpty());
    EXPECT_THAT(findings_of(both.at(1)), ElementsAre("error test.taken 15:157"));
    EXPECT_EQ(both.at(1).findings.at(0).message, "applications 'one' and 'two': it is taken");

    const auto twice =
        check_manifests({text_of({}), text_of({})}, kinds, manifest::Strictness::lenient);
    EXPECT_THAT(findings_of(twice.at(1)), ElementsAre("error control.application_repeated 3:11"));
}

TEST(CheckManifests, FindingsOfAllAreThereWhenOneIsWrong) {
    const auto both = check_manifests({{"apiVersion: x", "/"}, text_of({.interfaces = "[]"})},
                                      kinds, manifest::Strictness::strict);

    EXPECT_GT(both.at(0).count(Severity::error), 1U);
    EXPECT_THAT(findings_of(both.at(1)), ElementsAre("unsupported control.link_interface 15:23"));
}

TEST(CheckManifests, EveryFindingOfWadmsOwnManifestsHasItsLine) {
    const char* const chosen = std::getenv("WEFT_CORPORA");
    const std::filesystem::path corpora =
        chosen != nullptr ? chosen : WEFT_SOURCE_DIR "/../shared/corpora";
    if (!std::filesystem::exists(corpora)) {
        ASSERT_EQ(std::getenv("CI"), nullptr) << "corpus is absent: " << corpora;
        GTEST_SKIP() << "corpus is absent: " << corpora << "; set WEFT_CORPORA";
    }
    std::size_t manifests = 0;
    std::vector<std::string> running;
    for (const auto& file : std::filesystem::directory_iterator(corpora / "wadm-manifests")) {
        if (file.path().extension() != ".yaml") continue;
        SCOPED_TRACE(file.path());
        std::ifstream text(file.path());

        const auto checked = check_manifests({{{std::istreambuf_iterator<char>(text), {}}, "/"}},
                                             kinds, manifest::Strictness::strict);

        for (const auto& finding : checked.at(0).findings) EXPECT_GT(finding.line, 0U);
        if (checked[0].application) running.push_back(file.path().filename());
        ++manifests;
    }
    EXPECT_EQ(manifests, 28U);
    EXPECT_THAT(running, ElementsAre("upgradedapp3.yaml")) << "the others name a registry's images";
}

}  // namespace
}  // namespace weft::control
