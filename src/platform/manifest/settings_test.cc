#include "platform/manifest/settings.h"

#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "platform/manifest/parse.h"

namespace weft::manifest {
namespace {

TEST(Settings, AreAllInTheManual) {
    std::stringstream manual;
    manual << std::ifstream(WEFT_SOURCE_DIR "/docs/reference/manifest.md").rdbuf();
    const auto text = manual.str().substr(manual.str().find("## Settings of built-in providers"));

    ASSERT_FALSE(settings().empty());
    for (const auto& row : settings()) {
        const auto at = text.find("`" + std::string(row.name) + "`");
        ASSERT_NE(at, std::string::npos) << row.name;
        const auto line =
            text.substr(text.rfind('\n', at) + 1, text.find('\n', at) - text.rfind('\n', at));
        EXPECT_EQ(line.contains("| refused"), row.use == SettingUse::refused) << line;
        EXPECT_EQ(line.contains("| no effect"), row.use == SettingUse::not_yet) << line;
    }
}

/// What is found in the target configuration of a link: slug and suggestion of each.
std::string findings_of(const std::string& provider, const std::string& settings) {
    const auto text = R"(apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: {name: app, annotations: {version: v1}}
spec:
  components:
    - name: counter
      type: component
      properties: {image: "acme/a:1"}
      traits:
        - type: link
          properties:
            target: {name: kv, config: [{name: l, properties: {)" +
                      settings + R"(}}]}
            namespace: wasi
            package: keyvalue
            interfaces: [store]
    - name: kv
      type: capability
      properties: {image: "ghcr.io/wasmcloud/)" +
                      provider + R"(:0.1.0"}
)";
    std::string found;
    for (const auto& finding : parse_manifest(text).findings)
        found.append(finding.slug).append(finding.suggestion).append(";");
    return found;
}

TEST(Settings, OfKeyValueAreReadWhereAComponentLinksToIt) {
    EXPECT_EQ(
        findings_of("keyvalue-nats",
                    "bucket: one, cluster_uri: 'nats://h', enable_bucket_auto_create: 'true', "
                    "durability: full"),
        "");
    EXPECT_EQ(findings_of("keyvalue-redis", "url: 'redis://h', keys_max: '10'"), "");
    EXPECT_EQ(findings_of("keyvalue-nats", "js_domain: d"), "manifest.setting_ignored;");
    EXPECT_EQ(findings_of("keyvalue-vault", "durabilty: full"),
              "manifest.setting_unknowndurability;");
    EXPECT_EQ(findings_of("keyvalue-redis", "cluster_uri: 'nats://h'"),
              "manifest.setting_unknown;");
}

}  // namespace
}  // namespace weft::manifest
