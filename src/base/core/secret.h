#pragma once

#include <utility>

namespace weft {

/// Holds a value that must never be printed: it has no formatter, no comparison and no conversion.
template <typename T>
class Secret {
  public:
    Secret() = default;
    explicit Secret(T value) : value_(std::move(value)) {}
    /// For the one place that needs the value itself.
    const T& reveal() const { return value_; }

  private:
    T value_;
};

}  // namespace weft
