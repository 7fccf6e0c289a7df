#include "platform/host/import_table.h"

#include "base/core/assert.h"

namespace weft::host {

ImportTable::ImportTable(const value::World& world, std::vector<Interface> interfaces)
    : interfaces_(std::move(interfaces)) {
    WEFT_ASSERT(interfaces_.size() == world.imports.size(), "a table has what the world imports");
    for (std::uint32_t interface = 0; interface < world.imports.size(); ++interface) {
        const auto& imported = world.imports[interface];
        for (std::uint32_t at = 0; at < imported.functions.size(); ++at)
            functions_.push_back({interface, at});
        for (std::uint32_t at = 0; at < imported.resources.size(); ++at)
            resources_.push_back({interface, at});
    }
}

}  // namespace weft::host
