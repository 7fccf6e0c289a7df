#include "platform/claims/given.h"

#include <gtest/gtest.h>

#include "platform/claims/fixture_test.h"

namespace weft::claims {
namespace {

constexpr Given directory{"a directory", "wasi:filesystem"};
constexpr Given variable{"a variable", "wasi:cli/environment"};

Admission admitted(std::vector<std::string> claimed, std::vector<std::string> granted) {
    Admission out;
    out.head = TokenHead{.issuer = testing::key(crypto::KeyKind::account),
                         .subject = testing::key(crypto::KeyKind::module_)};
    out.capabilities = {Capabilities(claimed), Capabilities::of_grants(granted)};
    return out;
}

std::string refusal(const std::vector<Given>& given, const Admission& admission) {
    const auto checked = check_given(given, admission);
    return checked ? "" : checked.error().message;
}

TEST(Given, NeedsNothingWhenNothingIsGiven) { EXPECT_TRUE(check_given({}, admitted({}, {}))); }

TEST(Given, NeedsClaimAndGrantOfThePackage) {
    EXPECT_TRUE(check_given({directory}, admitted({"wasi:filesystem"}, {"wasi:filesystem"})));
    EXPECT_TRUE(check_given({directory}, admitted({"wasi:filesystem"}, {"*"})));
    EXPECT_TRUE(check_given({variable}, admitted({"wasi:cli/environment"}, {"wasi:cli"})));
    EXPECT_TRUE(check_given({variable}, admitted({"wasi:cli"}, {"wasi:cli/environment"})));
}

TEST(Given, NamesWhatIsNotClaimed) {
    EXPECT_EQ(refusal({directory, variable}, admitted({"wasi:http"}, {"*"})),
              "it is given a directory and a variable, and its token does not claim "
              "'wasi:filesystem' and 'wasi:cli/environment'; sign it again with '--caps "
              "wasi:filesystem,wasi:cli/environment' beside the others");
    EXPECT_NE(refusal({directory}, admitted({"wasi:filesystem/types"}, {"*"})), "");
    EXPECT_NE(refusal({directory}, admitted({"*"}, {"*"})), "");
    EXPECT_NE(refusal({variable}, admitted({"wasi:cli/stdin"}, {"*"})), "");
}

TEST(Given, NamesWhatIsNotGranted) {
    const auto admission = admitted({"wasi:filesystem", "wasi:cli"}, {"wasi:filesystem"});

    EXPECT_EQ(refusal({directory, variable}, admission),
              "it is given a variable, but its issuer may not grant 'wasi:cli/environment' on this "
              "host; allow it with 'weft trust add " +
                  admission.head->issuer.text() + " --grant wasi:cli/environment'");
}

TEST(Given, IsEverythingForUnsignedCode) {
    Admission admission;
    admission.capabilities = {Capabilities::everything(), Capabilities::everything()};

    EXPECT_TRUE(check_given({directory, variable}, admission));
}

}  // namespace
}  // namespace weft::claims
