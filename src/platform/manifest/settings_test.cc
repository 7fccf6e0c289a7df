#include "platform/manifest/settings.h"

#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace weft::manifest
