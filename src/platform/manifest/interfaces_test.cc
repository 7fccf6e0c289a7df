#include "platform/manifest/interfaces.h"

#include <gtest/gtest.h>

namespace weft::manifest {
namespace {

TEST(CheckInterface, RecognisesWhatIsKnownAndWhatIsTheUsers) {
    EXPECT_FALSE(check_interface("wasi", "keyvalue", "atomics").is_unrecognised);
    EXPECT_FALSE(check_interface("wasi", "http", "incoming-handler@0.2.0").is_unrecognised);
    EXPECT_FALSE(check_interface("acme", "shop", "basket").is_unrecognised);
}

TEST(CheckInterface, NamesTheNearestOfThePartThatIsWrong) {
    EXPECT_EQ(check_interface("wasi", "keyvalue", "atomic").suggestion, "wasi:keyvalue/atomics");
    EXPECT_EQ(check_interface("wasi", "keyvalues", "store").suggestion, "wasi:keyvalue/store");
    const auto unlike = check_interface("wasi", "keyvalue", "zzz");
    EXPECT_TRUE(unlike.is_unrecognised);
    EXPECT_EQ(unlike.suggestion, "");
}

}  // namespace
}  // namespace weft::manifest
