#pragma once

#include <map>
#include <ranges>
#include <string>
#include <vector>

#include "platform/capability/provider.h"
#include "platform/host/settings.h"

/// What shall run and how the host gets there, decided without doing any of it. Pure.
namespace weft::control {

/// A capability provider of an application, with links or without.
struct ProviderSettings {
    capability::ComponentId id;
    std::string kind;                ///< The name of a `capability::ProviderKind`.
    capability::Config config = {};  ///< For all of its links.
};

/// One application as this host shall run it.
struct Application {
    std::string name;
    std::vector<host::ComponentSettings> components;
    std::vector<ProviderSettings> providers;
    std::vector<capability::Link> links;
};

/// A component as it is served: with the code of one digest.
struct Component {
    host::ComponentSettings settings;
    std::string digest;  ///< "sha256:..." of its code.
};

using Links = std::map<capability::LinkKey, capability::Link>;

/// Those that have this source.
std::ranges::subrange<Links::const_iterator> links_from(const capability::ComponentId& source,
                                                        const Links& links);

/// All that runs on a host, or shall.
struct State {
    std::map<capability::ComponentId, Component> components;
    Links links;
};

/// One step towards a state. What it names is looked up there.
struct Action {
    enum class Kind : std::uint8_t {
        open_links,    ///< All links to one kind of provider that are new or differ.
        start,         ///< A component that does not run yet.
        update,        ///< It gets other code, or another WASI context.
        scale,         ///< It gets other limits; code and instances stay.
        bind,          ///< Its imports are answered otherwise.
        change_links,  ///< All links from one kind of provider that differ.
        retire,        ///< A component that shall not run any more.
        close_links,   ///< The other links to one kind of provider, which go.
    };
    Kind kind;
    std::string name;  ///< The component's id, or the kind of provider.

    friend bool operator==(const Action&, const Action&) = default;
};

/// The steps from `running` to `desired`, in an order that never leaves a link without what it
/// calls: providers know the links to them before components are bound to these, components start
/// and change before links from providers lead to them, and end after those are gone. Links to
/// providers go last: calls under way still use them.
std::vector<Action> diff(const State& desired, const State& running);

/// The links to one kind of provider that differ, or those from it.
capability::LinkChange link_change(const State& desired, const State& running,
                                   std::string_view provider, bool is_answered_by_provider);

}  // namespace weft::control
