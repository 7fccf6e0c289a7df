#include "platform/claims/host_grant.h"

#include <gtest/gtest.h>

#include "platform/claims/fixture_test.h"

namespace weft::claims {
namespace {

constexpr HostGrant directory{"a directory", "wasi:filesystem"};
constexpr HostGrant variable{"a variable", "wasi:cli/environment"};

Admission admitted(std::vector<std::string> claimed, std::vector<std::string> granted) {
    Admission out;
    out.head = TokenHead{.issuer = testing::key(crypto::KeyKind::account),
                         .subject = testing::key(crypto::KeyKind::module_)};
    out.claims.caps = claimed;
    out.trust_command = "weft trust add AKEY";
    out.capabilities = {Capabilities(claimed), Capabilities::of_grants(granted)};
    return out;
}

std::string refusal(const std::vector<HostGrant>& grants, const Admission& admission) {
    const auto checked = check_host_grants(grants, admission);
    return checked ? "" : checked.error().message;
}

TEST(HostGrant, NeedsNothingWhenNothingIsGiven) {
    EXPECT_TRUE(check_host_grants({}, admitted({}, {})));
}

TEST(HostGrant, NeedsClaimAndGrantOfThePackage) {
    EXPECT_TRUE(check_host_grants({directory}, admitted({"wasi:filesystem"}, {"wasi:filesystem"})));
    EXPECT_TRUE(check_host_grants({directory}, admitted({"wasi:filesystem"}, {"*"})));
    EXPECT_TRUE(check_host_grants({variable}, admitted({"wasi:cli/environment"}, {"wasi:cli"})));
    EXPECT_TRUE(check_host_grants({variable}, admitted({"wasi:cli"}, {"wasi:cli/environment"})));
}

TEST(HostGrant, NamesWhatIsNotClaimed) {
    EXPECT_EQ(refusal({directory, variable}, admitted({"wasi:http"}, {"*"})),
              "it is given a directory and a variable, and its token does not claim "
              "'wasi:filesystem' and 'wasi:cli/environment'; sign it again with '--caps "
              "wasi:http,wasi:filesystem,wasi:cli/environment'");
    EXPECT_NE(refusal({directory}, admitted({"wasi:filesystem/types"}, {"*"})), "");
    EXPECT_NE(refusal({directory}, admitted({"*"}, {"*"})), "");
    EXPECT_NE(refusal({variable}, admitted({"wasi:cli/stdin"}, {"*"})), "");
}

TEST(HostGrant, NamesWhatIsNotGranted) {
    auto admission = admitted({"wasi:filesystem", "wasi:cli"}, {"wasi:filesystem"});
    admission.issuer_name = "team";

    EXPECT_EQ(
        refusal({directory, variable}, admission),
        "it is given a variable, but its issuer 'team' may not grant 'wasi:cli/environment' on "
        "this host; allow it with 'weft trust add AKEY --grant wasi:cli/environment'");
}

TEST(HostGrant, IsEverythingForUnsignedCode) {
    Admission admission;
    admission.capabilities = {Capabilities::everything(), Capabilities::everything()};

    EXPECT_TRUE(check_host_grants({directory, variable}, admission));
}

}  // namespace
}  // namespace weft::claims
