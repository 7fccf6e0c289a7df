#include "platform/control/bind.h"

#include <algorithm>
#include <utility>

#include "platform/host/component_target.h"
#include "platform/host/host_imports.h"
#include "platform/host/match_exports.h"

namespace weft::control {
namespace {

using Interface = host::ImportTable::Interface;
using Targets = std::vector<std::unique_ptr<capability::ImportTarget>>;  // By shard.

std::string without_version(const std::string& interface) {
    return interface.substr(0, interface.find('@'));
}

/// The links of the component that lead calls of the interface on, the usual one first.
std::vector<const capability::Link*> links_of(const capability::ComponentId& id,
                                              const std::string& interface, const Links& links) {
    std::vector<const capability::Link*> found;
    for (const auto& [key, link] : links_from(id, links))
        if (link.covers(interface)) found.push_back(&link);
    std::ranges::partition(found,
                           [](const auto* link) { return link->name == host::default_link; });
    return found;
}

Result<Targets> targets_of(const Binding& binding, const capability::Link& link,
                           const value::Interface& interface) {
    if (link.is_answered_by_provider)
        return binding.provider_of(link.provider)->bind(link.key(), interface);
    Targets targets;
    for (auto* const host : binding.hosts)
        targets.push_back(std::make_unique<host::ComponentTarget>(host, link.key(), interface));
    return targets;
}

}  // namespace

Result<std::vector<host::ImportTablePtr>> bind_imports(const Binding& binding) {
    const auto& imports = binding.world->imports;
    std::vector<host::ImportTablePtr> tables(binding.hosts.size());
    if (imports.empty()) return tables;
    std::vector<std::vector<Interface>> by_shard(tables.size());
    for (const auto& interface : imports) {
        const auto name = without_version(interface.name);
        for (std::size_t shard = 0; shard < tables.size(); ++shard) {
            TRY(auto row,
                host::host_interface(binding.hosts[shard], *binding.settings, name, interface));
            by_shard[shard].push_back(std::move(row));
        }
        const auto links = links_of(binding.settings->id, interface.name, *binding.links);
        if (!links.empty() && links.front()->name != host::default_link)
            for (auto& interfaces : by_shard)  // By the usual name none leads on.
                interfaces.back().routes.push_back(
                    {std::string(host::default_link), interfaces.back().unlinked});
        for (const auto* const link : links) {
            TRY(auto targets, targets_of(binding, *link, interface));
            for (std::size_t shard = 0; shard < tables.size(); ++shard)
                by_shard[shard].back().routes.push_back({link->name, std::move(targets[shard])});
        }
    }
    for (std::size_t shard = 0; shard < tables.size(); ++shard)
        tables[shard] =
            std::make_shared<const host::ImportTable>(*binding.world, std::move(by_shard[shard]));
    return tables;
}

Result<void> check_link(const capability::Link& link, const value::World& source,
                        const value::World& target) {
    for (const auto& interface : source.imports)
        if (link.covers(interface.name))
            CHECK(host::match_exports(interface, target)
                      .context("'{}' calls '{}'", link.source, link.target));
    return ok();
}

std::vector<std::string> find_unlinked(const capability::ComponentId& id, const value::World& world,
                                       const Links& links) {
    std::vector<std::string> found;
    for (const auto& interface : world.imports)
        if (!interface.functions.empty() && !host::is_host_interface(interface.name) &&
            links_of(id, interface.name, links).empty())
            found.push_back(without_version(interface.name));
    return found;
}

}  // namespace weft::control
