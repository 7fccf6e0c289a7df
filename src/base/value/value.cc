#include "base/value/value.h"

#include <cmath>
#include <limits>

namespace weft::value {

bool operator==(const Value::Choice& a, const Value::Choice& b) {
    return a.index == b.index && a.payload == b.payload;
}

Value Value::real32(float value) {
    constexpr std::uint32_t nan = 0x7FC0'0000;
    return Value(Held(Real32{std::isnan(value) ? nan : std::bit_cast<std::uint32_t>(value)}));
}

Value Value::real64(double value) {
    constexpr std::uint64_t nan = 0x7FF8'0000'0000'0000;
    return Value(Held(Real64{std::isnan(value) ? nan : std::bit_cast<std::uint64_t>(value)}));
}

Value Value::choice(std::uint32_t index, Value payload) {
    Choice choice{index, {}};
    choice.payload.push_back(std::move(payload));
    return Value(Held(std::move(choice)));
}

std::optional<float> Value::as_real32() const {
    const auto* const held = std::get_if<Real32>(&held_);
    if (held == nullptr) return std::nullopt;
    return std::bit_cast<float>(held->bits);
}

std::optional<double> Value::as_real64() const {
    const auto* const held = std::get_if<Real64>(&held_);
    if (held == nullptr) return std::nullopt;
    return std::bit_cast<double>(held->bits);
}

}  // namespace weft::value
