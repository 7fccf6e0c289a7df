#include "platform/manifest/model.h"

#include <algorithm>

namespace weft::manifest {

const Component* Application::find(std::string_view component_name) const {
    const auto found = std::ranges::find(components, component_name, &Component::name);
    return found == components.end() ? nullptr : &*found;
}

}  // namespace weft::manifest
