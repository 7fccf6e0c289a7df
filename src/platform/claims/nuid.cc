#include "platform/claims/nuid.h"

#include <array>
#include <string_view>

namespace weft::claims {
namespace {

constexpr std::string_view digits =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::size_t nuid_chars = 22;
/// The largest multiple of 62 in an byte: higher ones would make some digits likelier.
constexpr std::uint8_t fair_below = 248;

}  // namespace

std::string make_nuid(Random& random) {
    std::string out;
    while (out.size() < nuid_chars) {
        std::array<std::uint8_t, 32> bytes;
        random.fill(bytes);
        for (const auto byte : bytes)
            if (byte < fair_below && out.size() < nuid_chars) out += digits[byte % digits.size()];
    }
    return out;
}

}  // namespace weft::claims
