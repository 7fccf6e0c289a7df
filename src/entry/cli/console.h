#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/json.h"
#include "base/core/result.h"
#include "entry/cli/run.h"

namespace weft::cli {

/// How a command prints its answer.
enum class Format : std::uint8_t {
    text,  ///< Lines for a person.
    json,  ///< One JSON value for a program.
};

/// The format of that name. Errors: invalid_argument (`cli.output_unknown`).
Result<Format> get_format(std::string_view name);

/// Prints the answer, warnings and failures of a command, as text or JSON, so that no command
/// formats its own. Text from files and from the command line cannot end a line or control the
/// terminal: control characters are escaped.
class Console {
  public:
    /// `environment` is borrowed and outlives the console.
    Console(const Environment& environment, Format format)
        : environment_(&environment), format_(format) {}

    const Environment& environment() const { return *environment_; }
    Format format() const { return format_; }

    /// The answer of a command: the lines, or the value.
    void show(const std::vector<std::string>& lines, const codec::Json& value) const;
    /// A warning: one line on stderr. `sentence` as in `fail`.
    void warn(Slug slug, std::string_view sentence) const;
    /// Lines for an engineer, on stderr; nothing with json output.
    void explain(std::string_view text) const;
    /// One line on stderr: the text, or the value.
    void tell(std::string_view line, const codec::Json& value) const;
    /// A failure: one line, or `{"error":{"code","slug","message"}}`.
    void report(const Error& error) const;

  private:
    const Environment* environment_;
    Format format_;
};

}  // namespace weft::cli
