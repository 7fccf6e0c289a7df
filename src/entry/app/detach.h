#pragma once

#include <string>
#include <string_view>

#include "base/core/descriptor.h"
#include "base/core/result.h"

namespace weft::app {

/// The two sides of `--detach`: the command waits until the host in the background says how it
/// went.
class Detached {
  public:
    enum class Side { command, host };

    /// Forks; call it before the first thread. In the command it returns once the host has reported
    /// or ended; until then SIGINT and SIGTERM are the host's. In the host: both blocked, a session
    /// of its own, no standard input, output and errors to `log_file`. Errors: denied, unavailable
    /// (the log file, the fork).
    static Result<Detached> fork(const std::string& log_file);

    Side side() const { return side_; }
    /// In the command: whether the host serves. Errors: those of the host, with its message.
    const Result<void>& outcome() const { return outcome_; }
    /// In the command: what the host wants printed.
    const std::string& report() const { return report_; }

    /// In the host, once, either of them: it serves, or why it ends.
    void tell(std::string_view report);
    void tell_failure(const Error& error);

  private:
    Detached() = default;
    static Detached wait_for_report(const Descriptor& pipe, int host);
    void send(char kind, std::string_view text);

    Side side_ = Side::command;
    Descriptor pipe_;
    std::string report_;
    Result<void> outcome_ = ok();
};

}  // namespace weft::app
