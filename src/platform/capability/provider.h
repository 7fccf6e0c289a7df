#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/random.h"
#include "base/core/result.h"
#include "base/core/time.h"
#include "base/obs/limited_log.h"
#include "base/rt/concurrent.h"
#include "base/rt/task.h"
#include "base/value/world.h"
#include "io/net/connection_budget.h"
#include "platform/capability/imports.h"
#include "platform/capability/link.h"

namespace weft::capability {

/// One shard of the host as a provider uses it; it outlives the provider.
struct HostShard {
    rt::ShardRef ref;
    Invoker* invoker;
};

/// What a provider gets when it is made.
struct ProviderContext {
    std::vector<HostShard> shards;  ///< The first is the one that controls the host.
    obs::Log log;
    obs::LimitedLog* failures;  ///< For what a client can cause as often as it likes.
    const WallClock* clock;
    Random* random;
    net::ConnectionBudget* connections;  ///< Of all clients of the host; null: without.
    std::string data_directory;          ///< Where it may keep files; empty: nowhere.
    obs::Registry* registry = nullptr;   ///< For its metrics; null: nobody counts.
};

class Provider;

/// What is wrong with a link, known before anything is done with it.
struct LinkFault {
    std::size_t link;                  ///< Its position among those that were looked at.
    std::optional<std::size_t> other;  ///< The one before it with which it cannot stand.
    std::string setting;               ///< The setting that is wrong, or empty.
    Error error;
};

/// One kind of provider: a row of the table in entry/app.
struct ProviderKind {
    std::string_view name;  ///< "http-server", as images name it.
    /// That links from it to components may name: "wasi:http/...".
    std::span<const std::string_view> calls;
    /// That links from components to it may name.
    std::span<const std::string_view> answers;
    std::unique_ptr<Provider> (*make)(const ProviderContext& context);
    /// All that is wrong with the links of a host to and from providers of this kind. Pure.
    std::vector<LinkFault> (*check)(const std::vector<Link>& links);

    /// The kind whose object serves this one too; empty: its own.
    std::string_view object = {};

    /// Whether a link may lead to or from such a provider by the interfaces that it names. Errors:
    /// unsupported (`control.link_interface`).
    Result<void> check_interfaces(const Link& link) const;
};

/// The row of that name, or null.
const ProviderKind* find_kind(std::span<const ProviderKind> kinds, std::string_view name);

/// Links that come and links that go, in one step.
struct LinkChange {
    std::vector<Link> put;  ///< In place of those with the same key.
    std::vector<LinkKey> taken;
};

/// A capability provider inside of the host: one object for each kind, whatever number of
/// applications use it. It lives as long as the host and knows its links by what `change_links`
/// told it. Its methods run on the shard that controls the host, one at a time.
class Provider {
  public:
    virtual ~Provider() = default;

    /// Makes the links serve as `change` says: all of it or, with an error, none. When it returns,
    /// what is put serves and what is taken begins no further call; calls under way go on. Errors:
    /// invalid_argument and unsupported (settings), already_exists (two links want the same),
    /// unavailable (something outside cannot be had).
    virtual rt::Task<void> change_links(LinkChange change) = 0;
    /// What answers `interface`, as the component at the source of the link imports it: for each
    /// shard of the context one, which is used and destroyed there, before the provider is; one
    /// that was never used may be destroyed on the shard that controls the host. The link was put.
    /// Errors: unsupported (`capability.import_mismatch`: it has no such interface, or a function
    /// of it has another type here), those of what it answers with.
    virtual Result<std::vector<std::unique_ptr<ImportTarget>>> bind(
        const LinkKey& link, const value::Interface& interface);
    /// Begins nothing new from outside; what is under way goes on.
    virtual rt::Task<void> stop_accepting() = 0;
    /// Stops accepting, and waits for what is under way.
    virtual rt::Task<void> drain() = 0;
    /// Ends everything at once.
    virtual rt::Task<void> stop() = 0;

    /// Where it can be reached from outside, as text: "127.0.0.1:8000". None for most.
    virtual std::vector<std::string> addresses() const { return {}; }
};

}  // namespace weft::capability
