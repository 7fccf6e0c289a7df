#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/obs/log.h"

namespace weft::obs {

/// Keeps events for tests. An error that the test did not declare fails it:
///
///     EXPECT_THAT(sink.undeclared_errors(), IsEmpty());
class CaptureSink final : public Sink {
  public:
    struct Captured {
        Level level;
        std::string name;
        std::map<std::string, std::string> fields;  ///< Values as text: numbers in decimal, "true".
        std::string line;                           ///< As the JSON sink would write it.
    };

    /// Further events are counted only.
    explicit CaptureSink(std::size_t events_max = 10'000) : events_max_(events_max) {}

    void write(const Event& event) override;

    /// Says that error events of this name belong to the test.
    void declare_error(EventName name);

    /// Lines of the error events that were not declared, in order.
    std::vector<std::string> undeclared_errors() const;

    /// Events of that name, in order; all of them for an empty name.
    std::vector<Captured> events(std::string_view name = {}) const;

    std::size_t events_dropped() const;

  private:
    std::size_t events_max_;
    mutable std::mutex mutex_;
    std::vector<Captured> events_;  // Invariant: size() <= events_max_.
    std::size_t events_dropped_ = 0;
    std::set<std::string, std::less<>> declared_;
};

}  // namespace weft::obs
