#include "platform/claims/needs.h"

#include <gtest/gtest.h>

namespace weft::claims {
namespace {

using codec::ComponentInterface;
using codec::ExternSort;
using codec::WasmKind;

ComponentInterface importing(std::vector<std::string> names) {
    ComponentInterface out;
    for (auto& name : names)
        out.imports.push_back(
            {.module = {}, .name = std::move(name), .sort = ExternSort::instance});
    return out;
}

ComponentInterface exporting(std::string name, ExternSort sort = ExternSort::instance) {
    ComponentInterface out;
    out.exports.push_back({.name = std::move(name), .sort = sort});
    return out;
}

Capabilities set(std::vector<std::string> names) { return Capabilities(names); }

TEST(Needs, TheBaselineNeedsNoClaim) {
    const auto needs = find_needs(importing(
        {"wasi:io/streams@0.2.0", "wasi:io/poll@0.2.6", "wasi:clocks/wall-clock@0.2.0",
         "wasi:random/random@0.2.0", "wasi:cli/environment@0.2.0", "wasi:filesystem/types@0.2.0",
         "wasi:filesystem/preopens@0.2.0", "wasi:sockets/tcp@0.2.0", "wasi:clocks/types@0.3.0"}));
    EXPECT_TRUE(needs.value().empty());
    EXPECT_TRUE(find_needs(exporting("wasi:cli/run@0.2.0")).value().empty());
}

TEST(Needs, EverythingElseDoesOnceEach) {
    auto interface = importing(
        {"wasi:http/types@0.2.0", "wasi:http/types@0.2.6", "wasi:keyvalue/store", "acme:x/y"});
    interface.exports = exporting("wasi:http/incoming-handler@0.2.0").exports;

    const auto needs = find_needs(interface).value();

    EXPECT_EQ(find_uncovered(needs, {}),
              (std::vector<std::string>{"wasi:http/types", "wasi:keyvalue/store", "acme:x/y",
                                        "wasi:http/incoming-handler"}));
    EXPECT_EQ(needs.back().direction, Need::Direction::export_);
}

TEST(Needs, TypesAndPlainExportsNeedNothing) {
    auto interface = exporting("run", ExternSort::func);
    interface.exports.push_back({.name = "exports", .sort = ExternSort::instance});
    interface.exports.push_back({.name = "request", .sort = ExternSort::type});
    interface.imports.push_back({.module = {}, .name = "request", .sort = ExternSort::type});
    EXPECT_TRUE(find_needs(interface).value().empty());
}

TEST(Needs, NamesThatNoClaimCoversAreRefused) {
    ComponentInterface function;
    function.imports.push_back({.module = {}, .name = "log", .sort = ExternSort::func});
    for (const auto& interface :
         {function, importing({"plain"}), importing({"unlocked-dep=<a:b/c>"}),
          importing({"url=<https://example.org/x>"}), importing({"Wasi:HTTP/types"})}) {
        const auto needs = find_needs(interface);
        ASSERT_FALSE(needs);
        EXPECT_EQ(needs.error().slug.text(), "claims.name_unsupported");
    }
    EXPECT_LT(find_needs(importing({std::string(100'000, 'x')})).error().message.size(), 300U);
}

TEST(Needs, CoreModulesImportTheirAbiOnly) {
    ComponentInterface module{.kind = WasmKind::core_module, .imports = {}, .exports = {}};
    module.imports.push_back({.module = "wapc", .name = "__host_call", .sort = ExternSort::func});
    module.exports.push_back({.name = "__guest_call", .sort = ExternSort::func});
    EXPECT_TRUE(find_needs(module).value().empty());

    module.imports.push_back({.module = "secret", .name = "open", .sort = ExternSort::func});
    EXPECT_EQ(find_needs(module).error().slug.text(), "claims.name_unsupported");
}

TEST(Needs, MoreThanTheLimitAreRefused) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < needs_max; ++i) names.push_back(fmt::format("acme:p/i{}", i));
    EXPECT_EQ(find_needs(importing(names)).value().size(), needs_max);

    names.push_back("acme:p/last");
    EXPECT_EQ(find_needs(importing(names)).error().slug.text(), "claims.needs_exceeded");
}

const TokenText akey{
    .caps = {"wasi:http"}, .issuer_name = "team", .trust_command = "weft trust add AKEY"};

TEST(Needs, MissingClaimsAndMissingGrantsAreDifferentErrors) {
    const auto needs =
        find_needs(importing({"wasi:http/types@0.2.0", "wasi:keyvalue/store"})).value();
    const auto http = set({"wasi:http"});
    const auto both = set({"wasi:http", "wasi:keyvalue"});

    EXPECT_TRUE(check_needs(needs, {both, both}, akey));
    EXPECT_EQ(
        check_needs(needs, {http, both}, akey).error().message,
        "the component imports 'wasi:keyvalue/store', which its token does not claim; sign it "
        "again with '--caps wasi:http,wasi:keyvalue/store'");
    EXPECT_EQ(check_needs(needs, {both, http}, akey).error().message,
              "the component imports 'wasi:keyvalue/store', which its token claims but its issuer "
              "'team' may not grant on this host; allow it with 'weft trust add AKEY --grant "
              "wasi:keyvalue/store'");
    EXPECT_EQ(check_needs(needs, {http, both}, akey).error().slug.text(), "claims.claim_missing");
    EXPECT_EQ(check_needs(needs, {both, http}, akey).error().slug.text(), "claims.grant_missing");
    EXPECT_EQ(check_needs(needs, {http, http}, akey).error().slug.text(), "claims.claim_missing");
}

TEST(Needs, MessagesTellImportsFromExports) {
    auto interface = importing({"acme:a/in"});
    interface.exports.push_back({.name = "acme:a/out", .sort = ExternSort::instance});
    const auto both = find_needs(interface).value();
    const std::vector<Need> out = {both.back()};

    EXPECT_TRUE(check_needs(both, {}, akey)
                    .error()
                    .message.starts_with(
                        "the component imports 'acme:a/in' and exports 'acme:a/out', which"));
    EXPECT_TRUE(check_needs(out, {}, akey)
                    .error()
                    .message.starts_with("the component exports 'acme:a/out', which"));
}

TEST(Needs, MessagesNameNoMoreThanEight) {
    std::vector<std::string> names;
    for (int i = 0; i < 20; ++i) names.push_back(fmt::format("acme:p/i{}", i));
    const auto verdict = check_needs(find_needs(importing(names)).value(), {}, akey);
    EXPECT_NE(verdict.error().message.find("'acme:p/i7' and 12 more"), std::string::npos);
    EXPECT_EQ(verdict.error().message.find("acme:p/i8"), std::string::npos);
    EXPECT_TRUE(verdict.error().message.ends_with("'--caps wasi:http,auto'"));
}

}  // namespace
}  // namespace weft::claims
