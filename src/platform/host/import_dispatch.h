#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/engine/imports.h"
#include "platform/capability/invoke.h"
#include "platform/host/guest_log.h"
#include "platform/host/import_table.h"

namespace weft::host {

/// What all instances of a component on one shard share of its imports.
struct ComponentImports {
    capability::ComponentId component;
    ImportTablePtr table;  ///< For calls that begin from now on.
    const GuestLogShared* logging;
    const rt::Executor* executor;
};

/// Leads each call of an import of one instance to what answers it. A call of the instance keeps
/// the table that it began with, and the links that the guest chose hold until it ends. Where calls
/// share an instance (WASI 0.3) the engine cannot tell which of them chooses: a choice is gone when
/// the next one begins. Shard-local.
class ImportDispatch final : public engine::ImportHandler {
  public:
    explicit ImportDispatch(std::shared_ptr<const ComponentImports> imports)
        : imports_(std::move(imports)) {}

    void on_import(rt::CallCtx ctx, std::uint32_t function, engine::Payload arguments,
                   engine::ImportReply& reply) override;
    void on_drop(std::uint32_t resource, BytesView handle) override;

    /// From now on calls of these interfaces ("wasi:keyvalue/store") go by the link of this name,
    /// until the call ends; false if one that the component imports has no such link, so that its
    /// calls are refused. Within `on_import`.
    bool choose_link(std::string_view link_name, const std::vector<std::string>& interfaces);

  private:
    void begin_call(const rt::CallCtx& ctx);
    capability::ImportTarget& target_of(std::uint32_t interface);

    std::shared_ptr<const ComponentImports> imports_;
    ImportTablePtr table_;             // Of the present call; null before the first.
    std::uint64_t call_ = 0;           // Its span.
    std::vector<std::size_t> chosen_;  // Route of each interface; empty: the first of each.
    // By interface, for those of the table that have `own`; made when they are first called.
    std::vector<std::unique_ptr<capability::ImportTarget>> own_;
};

}  // namespace weft::host
