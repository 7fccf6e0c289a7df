#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/capability/keyvalue.h"
#include "platform/capability/provider.h"
#include "platform/providers/keyvalue/config.h"
#include "platform/providers/keyvalue/link_state.h"

namespace weft::providers::keyvalue {

/// The built-in provider of `wasi:keyvalue`, for this host alone. Each provider of an application
/// has a store of its own, which all its links share: in the file `keyvalue/<id>.sqlite` of the
/// data directory, or in memory. It is open as long as there is such a link; a file stays.
class Provider final : public capability::Provider {
  public:
    /// Interfaces that its links may name.
    static constexpr std::array<std::string_view, 3> interfaces{
        "wasi:keyvalue/store", "wasi:keyvalue/atomics", "wasi:keyvalue/batch"};

    /// Faults: those of `read_settings`, invalid_argument (`keyvalue.settings_differ`).
    static std::vector<capability::LinkFault> check(const std::vector<capability::Link>& links);

    explicit Provider(capability::ProviderContext context);

    /// Errors: those that `check` finds, failed_precondition (`keyvalue.directory_missing`), those
    /// of `store::Database::open` and `files::ensure_directory`.
    rt::Task<void> change_links(capability::LinkChange change) override;
    Result<std::vector<std::unique_ptr<capability::ImportTarget>>> bind(
        const capability::LinkKey& link, const value::Interface& interface) override;
    rt::Task<void> stop_accepting() override;
    rt::Task<void> drain() override;
    rt::Task<void> stop() override;

    /// What a link leads to, for one shard of the context. The link was put. On the shard that
    /// controls the host; it is used on the other.
    std::shared_ptr<capability::KeyValue> keyvalue(std::size_t shard,
                                                   const capability::LinkKey& link) const;

  private:
    /// The store of one provider.
    struct Kept {
        std::shared_ptr<Store> store;
        StoreSettings settings;
    };
    using Stores = std::map<capability::ComponentId, Kept>;
    using Links = std::map<capability::LinkKey, capability::Link>;
    using Faults = std::vector<capability::LinkFault>;

    static std::vector<Settings> plan(const std::vector<capability::Link>& links, Faults& faults);
    rt::Task<std::shared_ptr<Store>> open(capability::ComponentId id, Settings settings);
    void lead_links(const std::vector<capability::Link>& links,
                    const std::vector<Settings>& settings, const Stores& stores);
    void leave(const Stores& old, const Stores& kept);
    rt::Task<void> stop_closing();

    capability::ProviderContext context_;
    Links links_;
    Stores stores_;
    std::map<capability::LinkKey, std::shared_ptr<LinkState>> states_;
    std::vector<std::shared_ptr<Store>> closing_;  // No link leads there any more.
};

}  // namespace weft::providers::keyvalue
