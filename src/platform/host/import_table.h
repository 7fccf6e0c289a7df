#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/value/world.h"
#include "platform/capability/imports.h"

namespace weft::host {

class ImportDispatch;

/// What answers the imports of one component on one shard, worked out ahead: no string is compared
/// on the way of a call, except that of a link's name which a guest chooses. Immutable;
/// shard-local.
class ImportTable {
  public:
    struct Route {
        std::string link_name;
        std::shared_ptr<capability::ImportTarget> target;
    };
    /// One interface that the component imports.
    struct Interface {
        std::string name;  ///< Without version: "wasi:keyvalue/store".
        /// The link that is used unless the guest chooses comes first. Without one of that name
        /// its place is taken by `unlinked`.
        std::vector<Route> routes;
        /// Answers where no link leads on, in words of the interface if it has some.
        std::shared_ptr<capability::ImportTarget> unlinked;
        /// Makes what answers the calls of one instance instead of all that: where the interface is
        /// about the instance itself. May be empty.
        std::function<std::unique_ptr<capability::ImportTarget>(ImportDispatch& instance)> own;
    };
    /// A function or a resource: of which interface, and its place there.
    struct Place {
        std::uint32_t interface;
        std::uint32_t at;
    };

    /// Of a component that imports nothing.
    ImportTable() = default;
    /// `interfaces` are those that `world` imports, in its order.
    ImportTable(const value::World& world, std::vector<Interface> interfaces);

    const std::vector<Interface>& interfaces() const { return interfaces_; }
    /// By the numbers that the engine has for them.
    const Place& function(std::uint32_t number) const { return functions_.at(number); }
    const Place& resource(std::uint32_t number) const { return resources_.at(number); }

  private:
    std::vector<Interface> interfaces_;
    std::vector<Place> functions_;
    std::vector<Place> resources_;
};

using ImportTablePtr = std::shared_ptr<const ImportTable>;

/// The link that is used unless the guest chooses another.
constexpr std::string_view default_link = "default";

}  // namespace weft::host
