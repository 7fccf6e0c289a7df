#pragma once

#include <map>
#include <string>
#include <vector>

#include "platform/capability/provider.h"
#include "platform/host/settings.h"

/// What shall run and how the host gets there, decided without doing any of it. Pure.
namespace weft::control {

/// A capability provider of an application, with links or without.
struct ProviderSettings {
    capability::ComponentId id;
    std::string kind;  ///< The name of a `capability::ProviderKind`.
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

/// All that runs on a host, or shall.
struct State {
    std::map<capability::ComponentId, Component> components;
    std::map<capability::LinkKey, capability::Link> links;
};

/// One step towards a state. What it names is looked up there.
struct Action {
    enum class Kind : std::uint8_t {
        start,         ///< A component that does not run yet.
        update,        ///< It gets other code, or another WASI context.
        scale,         ///< It gets other limits; code and instances stay.
        change_links,  ///< All links that differ, of one kind of provider.
        retire,        ///< A component that shall not run any more.
    };
    Kind kind;
    std::string name;  ///< The component's id, or the kind of provider.

    friend bool operator==(const Action&, const Action&) = default;
};

/// The steps from `running` to `desired`, in an order that never leaves a link without the
/// component that it calls: components start and change before links lead to them, and end after
/// the links are gone.
std::vector<Action> diff(const State& desired, const State& running);

/// The links of one kind of provider that differ.
capability::LinkChange link_change(const State& desired, const State& running,
                                   std::string_view provider);

}  // namespace weft::control
