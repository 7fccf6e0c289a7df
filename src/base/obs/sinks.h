#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "base/obs/line_writer.h"
#include "base/obs/log.h"

namespace weft::obs {

struct SinkLimits {
    std::size_t value_bytes_max = 4096;  ///< Bytes of one text field before it is cut with a mark.
};

enum class Colour { off, on };

/// One JSON object a line, without its '\n': `{"time":"2026-01-02T03:04:05.678Z","level":"warn",
/// "event":"lattice.peer_lost","host":"h1"}`. Numbers that JSON cannot say are the texts "nan",
/// "inf" and "-inf".
std::string format_json(const Event& event, const SinkLimits& limits);

/// A line for a person: time (UTC), level, event, fields as `key=value`, in columns.
std::string format_pretty(const Event& event, const SinkLimits& limits, Colour colour);

/// JSON lines, for machines: what a log collector reads. The descriptor is borrowed.
class JsonSink final : public Sink {
  public:
    explicit JsonSink(int descriptor, SinkLimits limits = {})
        : writer_(descriptor), limits_(limits) {}
    JsonSink(int descriptor, LogFile file) : writer_(descriptor, std::move(file)) {}
    void write(const Event& event) override;
    std::uint64_t lines_lost() const { return writer_.lines_lost(); }
    void count_lost(Counter lost) { writer_.count_lost(lost); }

  private:
    LineWriter writer_;
    SinkLimits limits_;
};

/// Lines for a terminal. The descriptor is borrowed.
class PrettySink final : public Sink {
  public:
    PrettySink(int descriptor, Colour colour, SinkLimits limits = {})
        : writer_(descriptor), colour_(colour), limits_(limits) {}
    PrettySink(int descriptor, LogFile file)
        : writer_(descriptor, std::move(file)), colour_(Colour::off) {}
    void write(const Event& event) override;
    std::uint64_t lines_lost() const { return writer_.lines_lost(); }
    void count_lost(Counter lost) { writer_.count_lost(lost); }

  private:
    LineWriter writer_;
    Colour colour_;
    SinkLimits limits_;
};

}  // namespace weft::obs
