#include "platform/claims/capability.h"

#include <gtest/gtest.h>

namespace weft::claims {
namespace {

bool covers(std::vector<std::string> names, std::string_view interface) {
    return Capabilities(names).covers(codec::parse_interface_name(interface).value());
}

TEST(Capabilities, APackageCoversItsInterfacesAndNoOthers) {
    EXPECT_TRUE(covers({"wasi:keyvalue"}, "wasi:keyvalue/store@0.2.0-draft"));
    EXPECT_TRUE(covers({"wasi:keyvalue"}, "wasi:keyvalue/atomics"));
    EXPECT_FALSE(covers({"wasi:keyvalue"}, "wasi:keyvalue2/store"));
    EXPECT_FALSE(covers({"wasi:keyvalue"}, "wasmcloud:keyvalue/store"));
    EXPECT_FALSE(covers({"wasi:key"}, "wasi:keyvalue/store"));
}

TEST(Capabilities, AnInterfaceCoversItself) {
    EXPECT_TRUE(covers({"wasi:keyvalue/store"}, "wasi:keyvalue/store@0.2.0"));
    EXPECT_FALSE(covers({"wasi:keyvalue/store"}, "wasi:keyvalue/atomics"));
    EXPECT_FALSE(covers({"wasi:keyvalue/store"}, "wasi:keyvalue"));
}

TEST(Capabilities, VersionsDoNotCount) {
    EXPECT_TRUE(covers({"wasi:http@0.2.0"}, "wasi:http/incoming-handler@0.2.6"));
    EXPECT_TRUE(covers({"wasi:http/incoming-handler@0.2.0"}, "wasi:http/incoming-handler"));
}

TEST(Capabilities, ContractIdsStandForInterfaces) {
    for (const std::string id : {"wasmcloud:httpserver", "wascc:http_server"}) {
        EXPECT_TRUE(covers({id}, "wasi:http/incoming-handler@0.2.0")) << id;
        EXPECT_FALSE(covers({id}, "wasi:http/outgoing-handler@0.2.0")) << id;
    }
    for (const std::string id : {"wasmcloud:httpclient", "wascc:http_client"}) {
        EXPECT_TRUE(covers({id}, "wasi:http/outgoing-handler@0.2.0")) << id;
        EXPECT_FALSE(covers({id}, "wasi:http/incoming-handler@0.2.0")) << id;
    }
    for (const std::string id : {"wasmcloud:keyvalue", "wascc:keyvalue"})
        EXPECT_TRUE(covers({id}, "wasi:keyvalue/store")) << id;
    for (const std::string id : {"wasmcloud:blobstore", "wascc:blobstore"})
        EXPECT_TRUE(covers({id}, "wasi:blobstore/container")) << id;
    for (const std::string id : {"wasmcloud:messaging", "wascc:messaging"})
        EXPECT_TRUE(covers({id}, "wasmcloud:messaging/consumer")) << id;
    for (const std::string id : {"wasmcloud:builtin:logging", "wasmcloud:logging", "wascc:logging"})
        EXPECT_TRUE(covers({id}, "wasi:logging/logging")) << id;
    EXPECT_TRUE(covers({"wasmcloud:builtin:numbergen"}, "wasi:random/random"));
}

TEST(Capabilities, SharedTypesAreCoveredByTheInterfacesThatUseThem) {
    EXPECT_TRUE(covers({"wasi:http/incoming-handler"}, "wasi:http/types@0.2.0"));
    EXPECT_TRUE(covers({"wasi:http/outgoing-handler"}, "wasi:http/types@0.2.0"));
    EXPECT_TRUE(covers({"wasmcloud:httpserver"}, "wasi:http/types@0.2.0"));
    EXPECT_TRUE(covers({"wasmcloud:messaging/handler"}, "wasmcloud:messaging/types"));
    EXPECT_TRUE(covers({"wasi:blobstore/container"}, "wasi:blobstore/types"));
    EXPECT_FALSE(covers({"wasi:http/types"}, "wasi:http/outgoing-handler@0.2.0"));
    EXPECT_FALSE(covers({"wasi:filesystem/preopens"}, "wasi:filesystem/types"));
    EXPECT_FALSE(covers({"wasi:keyvalue/store"}, "wasi:http/types"));
}

TEST(Capabilities, WordsWithoutMeaningCoverNothing) {
    for (const std::string text : {"", " ", "*", "wasi", "wasi:", ":http", "wasi:http/",
                                   "WASI HTTP", "wasi:http/incoming-handler@x", "wasi:http\n"}) {
        EXPECT_FALSE(covers({text}, "wasi:http/incoming-handler")) << text;
        EXPECT_FALSE(covers({text}, "wasi:keyvalue/store")) << text;
    }
    EXPECT_FALSE(covers({}, "wasi:http/types"));
    EXPECT_FALSE(Capabilities().covers(codec::parse_interface_name("wasi:http/types").value()));
}

TEST(Capabilities, OnlyGrantsKnowTheStar) {
    const std::vector<std::string> star = {"*"};
    const auto anything = codec::parse_interface_name("acme:thing/part").value();

    EXPECT_TRUE(Capabilities::of_grants(star).covers(anything));
    EXPECT_TRUE(Capabilities::everything().covers(anything));
    EXPECT_FALSE(Capabilities(star).covers(anything));
}

TEST(Capabilities, BothSidesMustNameAnInterface) {
    const auto http = codec::parse_interface_name("wasi:http/outgoing-handler").value();
    const std::vector<std::string> names = {"wasi:http"};
    const Capabilities set(names);

    EXPECT_TRUE((EffectiveCapabilities{set, set}.allows(http)));
    EXPECT_FALSE((EffectiveCapabilities{set, {}}.allows(http)));
    EXPECT_FALSE((EffectiveCapabilities{{}, set}.allows(http)));
}

TEST(Capabilities, NamesAreCheckedWithTheNearestOneAtHand) {
    for (const std::string_view text : {"wasi:http", "wasi:http/types@0.2.0", "acme:thing",
                                        "wasmcloud:builtin:logging", "wascc:http_server"})
        EXPECT_TRUE(check_capability_name(text)) << text;

    const auto close = check_capability_name("wasi;http");
    EXPECT_EQ(close.error().slug.text(), "claims.capability_invalid");
    EXPECT_EQ(close.error().message, "'wasi;http' names no capability; did you mean 'wasi:http'?");
    EXPECT_EQ(check_capability_name("").error().slug.text(), "claims.capability_invalid");
    EXPECT_EQ(check_capability_name("everything please").error().message,
              "'everything please' names no capability; write 'namespace:package' or "
              "'namespace:package/interface'");
}

}  // namespace
}  // namespace weft::claims
