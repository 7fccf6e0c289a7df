#pragma once

#include "base/core/descriptor.h"
#include "base/core/result.h"

namespace weft::app {

/// SIGINT and SIGTERM as a descriptor that gets readable. Made before the first thread, so that no
/// thread takes the signals; SIGPIPE is ignored, for a client that leaves must not end the host.
class StopSignals {
  public:
    /// Errors: unavailable (no descriptor left).
    static Result<StopSignals> block();

    int fd() const { return fd_.get(); }

  private:
    explicit StopSignals(int fd) : fd_(fd) {}
    Descriptor fd_;
};

}  // namespace weft::app
