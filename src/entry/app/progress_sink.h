#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "base/obs/log.h"
#include "base/obs/sinks.h"

namespace weft::app {

/// Shows a person at a terminal that something is compiled, as long as it takes: a line that is
/// kept up to date and erased at the end. Passes all events on, the line being erased before each.
class ProgressSink final : public obs::Sink {
  public:
    /// `sink` may be null; it is borrowed, as the descriptor of the terminal is. Without colours
    /// the terminal cannot erase: the line is written once and stays.
    ProgressSink(obs::Sink* sink, int terminal, obs::Colour colour)
        : sink_(sink), terminal_(terminal), colour_(colour) {}
    ~ProgressSink() override;

    void write(const obs::Event& event) override;

  private:
    void begin(std::uint64_t bytes);
    void end();
    void show(std::string_view text) const;
    void keep_showing(std::uint64_t bytes);

    obs::Sink* sink_;
    int terminal_;
    obs::Colour colour_;
    std::mutex mutex_;  // Guards what follows, and the terminal.
    std::condition_variable changed_;
    std::uint64_t compiling_ = 0;  // How many at the same time.
    std::thread ticker_;
};

/// Colours, unless the user or the terminal wants none (no-color.org).
obs::Colour wanted_colour();

}  // namespace weft::app
