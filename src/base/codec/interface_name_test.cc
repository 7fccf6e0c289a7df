#include "base/codec/interface_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::codec {
namespace {

TEST(InterfaceName, SplitsIntoItsParts) {
    const auto name = parse_interface_name("wasi:http/incoming-handler@0.2.0");

    ASSERT_TRUE(name);
    EXPECT_EQ(*name, (InterfaceName{"wasi", "http", "incoming-handler", "0.2.0"}));
    EXPECT_EQ(name->package_id(), "wasi:http");
    EXPECT_EQ(*parse_interface_name("wasi:http"), (InterfaceName{"wasi", "http", "", ""}));
    EXPECT_EQ(parse_interface_name("wasi:http@1.0.0")->version, "1.0.0");
}

TEST(InterfaceName, FormatsBackToTheSameText) {
    for (const std::string_view text :
         {"wasi:http/incoming-handler@0.2.0", "a:b", "a:b/c", "a:b@0.0.1-rc.1+build.01",
          "wasi:keyvalue/store@0.2.0-draft", "my-org:pkg2/HTTP-handler@10.20.30",
          "wasi:http/types@0.3.0-rc-2025-08-15"}) {
        const auto name = parse_interface_name(text);
        ASSERT_TRUE(name) << text;
        EXPECT_EQ(format_interface_name(*name), text);
    }
}

TEST(InterfaceName, FitsWhereTheVersionPromisesIt) {
    const auto fit = [](std::string offered, std::string wanted) {
        return interface_fits("a:b/c" + offered, "a:b/c" + wanted);
    };
    EXPECT_TRUE(fit("@0.2.0", "@0.2.6") && fit("@1.0.0", "@1.9.2") && fit("@10.1.0", "@10.0.0"));
    EXPECT_TRUE(fit("", "") && fit("@0.2.0-rc.1", "@0.2.0-rc.1"));
    EXPECT_TRUE(fit("@1.0.0+x", "@1.2.0+y"));
    EXPECT_FALSE(fit("@1.2.0", "@12.0.0"));
    EXPECT_FALSE(fit("@0.2.0", "@0.3.0") || fit("@1.0.0", "@2.0.0") || fit("@0.0.1", "@0.0.2"));
    EXPECT_FALSE(fit("@0.2.0-draft", "@0.2.0") || fit("@0.2.0-draft", "@0.2.0-draft2"));
    EXPECT_FALSE(fit("", "@0.2.6") || fit("@3.0.0", "") || interface_fits("a:b/c", "a:b/d"));
}

TEST(InterfaceName, RefusesEveryOtherForm) {
    for (const std::string_view text : {"",
                                        "run",
                                        ":",
                                        "a:",
                                        ":b",
                                        "a:b/",
                                        "a:b@",
                                        "a:b/c@1",
                                        "a:b/c@1.0",
                                        "a:b/c@1.0.0.0",
                                        "a:b/c@01.0.0",
                                        "a:b/c@1.0.0-",
                                        "a:b/c@1.0.0-01",
                                        "a:b/c@1.0.0+",
                                        "a:b/c@1.0.0+a..b",
                                        "a:b/c@v1.0.0",
                                        "a:b:c",
                                        "a:b/c/d",
                                        "a:b/c@1.0.0@2.0.0",
                                        "A b:c",
                                        "a--b:c",
                                        "-a:b",
                                        "a-:b",
                                        "1a:b",
                                        "aB:c",
                                        "a:b/c_d",
                                        "a:b/\xC3\xA9",
                                        "a:b\n",
                                        "wasmcloud:builtin:x"}) {
        const auto name = parse_interface_name(text);
        ASSERT_FALSE(name) << text;
        EXPECT_EQ(name.error().slug, Slug("interface_name.invalid"));
    }
}

TEST(InterfaceName, SaysWhichPartIsWrong) {
    EXPECT_EQ(
        parse_interface_name("wasi:http/x@2").error().message,
        "'wasi:http/x@2' is not an interface name, its version is not a semantic version; the form "
        "is 'namespace:package/interface@version'");
    EXPECT_THAT(parse_interface_name("run").error().message, testing::HasSubstr("it has no ':'"));
}

}  // namespace
}  // namespace weft::codec
