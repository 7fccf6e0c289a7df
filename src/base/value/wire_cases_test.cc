// Goal: the host reads the integers that the engine reads, and refuses those that it refuses.
// Method: tests/cases/wire/integers.case, to which the engine's own tests hold its reader.
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "base/value/wire_reader.h"
#include "base/value/wire_writer.h"

namespace weft::value {
namespace {

Bytes bytes_of(const std::string& hex) {
    Bytes bytes;
    for (std::size_t at = 0; at < hex.size(); at += 2)
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(at, 2), nullptr, 16)));
    return bytes;
}

std::string read(const std::string& type, WireReader& reader) {
    if (type == "u16") return std::to_string(reader.u16());
    if (type == "u32") return std::to_string(reader.u32());
    if (type == "u64") return std::to_string(reader.u64());
    if (type == "s16") return std::to_string(reader.s16());
    if (type == "s32") return std::to_string(reader.s32());
    if (type == "s64") return std::to_string(reader.s64());
    return "no type";
}

TEST(WireCases, IntegersAreReadAsByTheEngine) {
    std::ifstream file(WEFT_SOURCE_DIR "/tests/cases/wire/integers.case");
    int cases = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        std::string type;
        std::string hex;
        std::string expected;
        std::istringstream(line) >> type >> hex >> expected;
        const auto bytes = bytes_of(hex);
        WireReader reader(bytes);

        const auto value = read(type, reader);

        EXPECT_EQ(reader.finish() ? value : "refused", expected) << line;
        ++cases;
    }
    EXPECT_GT(cases, 50);
}

}  // namespace
}  // namespace weft::value
