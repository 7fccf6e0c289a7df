#include "platform/host/host_imports.h"

#include <algorithm>
#include <array>
#include <utility>

namespace weft::host {
namespace {

/// Ends the guest, and says what is missing.
class Unlinked final : public capability::ImportTarget {
  public:
    Unlinked(ShardHost* host, capability::ComponentId component, std::string interface)
        : host_(host), component_(std::move(component)), interface_(std::move(interface)) {}

    void call(rt::CallCtx ctx, std::uint32_t, engine::Payload,
              engine::ImportReply& reply) override {
        const auto error =
            fail(Errc::denied, "host.import_unlinked",
                 "component '{}' calls {}, and no link of the name in use leads it on; its claims "
                 "and grants allow it: add a link to its manifest",
                 component_, interface_)
                .error();
        host_->note_refused_import(component_, interface_, ctx.trace_id, error);
        reply.refuse(error);
    }

  private:
    ShardHost* host_;
    capability::ComponentId component_;
    std::string interface_;
};

constexpr std::array<std::string_view, 3> packages{"wasi:config/", "wasi:logging/",
                                                   "wasmcloud:bus/"};

}  // namespace

bool is_host_interface(std::string_view name) {
    return std::ranges::any_of(packages,
                               [&](auto package) { return name.starts_with(package); });
}

ImportTable::Interface host_interface(ShardHost* host, const ComponentSettings& settings,
                                      const std::string& name, const value::Interface&) {
    return {.name = name,
            .routes = {},
            .unlinked = std::make_shared<Unlinked>(host, settings.id, name)};
}

}  // namespace weft::host
