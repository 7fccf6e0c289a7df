#pragma once

#include "io/engine/imports.h"
#include "io/engine/wasmtime/handle.h"
#include "io/engine/wasmtime/streams.h"

namespace weft::engine::wasmtime {

/// Passes the imports of an instance on to a handler. Lives as long as the instance's task, at one
/// place. Shard-local.
class ImportBridge {
  public:
    /// `handler` outlives it; null: every call of an import ends the guest.
    ImportBridge(rt::Executor* executor, ImportHandler* handler)
        : handler_(handler), streams_(std::make_shared<Streams>(executor)) {}
    ImportBridge(const ImportBridge&) = delete;
    ImportBridge& operator=(const ImportBridge&) = delete;

    /// For the options of the instance.
    we_imports raw();
    Streams& streams() { return *streams_; }
    const Streams& streams() const { return *streams_; }

  private:
    ImportHandler* handler_;
    std::shared_ptr<Streams> streams_;
};

}  // namespace weft::engine::wasmtime
