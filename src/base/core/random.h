#pragma once

#include <cstdint>
#include <span>

namespace weft {

/// Where unpredictable bytes come from. An interface, so that simulations and tests are
/// repeatable.
class Random {
  public:
    virtual ~Random() = default;
    /// Fills all of `out`.
    virtual void fill(std::span<std::uint8_t> out) = 0;
};

/// The kernel's generator (getrandom). Fit for keys.
class SystemRandom final : public Random {
  public:
    void fill(std::span<std::uint8_t> out) override;
};

/// A repeatable sequence from a seed (SplitMix64). Never for keys outside of tests.
class SeededRandom final : public Random {
  public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    void fill(std::span<std::uint8_t> out) override;
    std::uint64_t next();

  private:
    std::uint64_t state_;
};

}  // namespace weft
