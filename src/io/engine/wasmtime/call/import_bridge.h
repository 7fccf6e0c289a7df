#pragma once

#include "io/engine/imports.h"
#include "io/engine/wasmtime/handle.h"
#include "io/engine/wasmtime/streams/streams.h"

namespace weft::engine::wasmtime {

/// Passes the imports of an instance on to a handler. Lives as long as the instance's task, at one
/// place. Shard-local.
class ImportBridge {
  public:
    /// Which call of the instance is which.
    class Calls {
      public:
        /// The context of the call that the library knows as `id`.
        virtual rt::CallCtx context_of(std::uint64_t id) const = 0;

      protected:
        ~Calls() = default;
    };

    /// `handler` and `calls` outlive it; without a handler every call of an import ends the guest.
    ImportBridge(rt::Executor* executor, ImportHandler* handler, const Calls* calls)
        : executor_(executor),
          handler_(handler),
          calls_(calls),
          streams_(std::make_shared<Streams>(executor)) {}
    ImportBridge(const ImportBridge&) = delete;
    ImportBridge& operator=(const ImportBridge&) = delete;

    /// For the options of the instance.
    we_imports raw();
    rt::Executor* executor() const { return executor_; }
    Streams& streams() { return *streams_; }
    const Streams& streams() const { return *streams_; }

  private:
    rt::Executor* executor_;
    ImportHandler* handler_;
    const Calls* calls_;
    std::shared_ptr<Streams> streams_;
};

}  // namespace weft::engine::wasmtime
