#include "doors/app/given.h"

namespace weft::app {

std::vector<claims::Given> given_in(const engine::World& world) {
    std::vector<claims::Given> given;
    if (!world.directories.empty()) given.push_back({"a directory", "wasi:filesystem"});
    if (!world.environment.empty()) given.push_back({"a variable", "wasi:cli/environment"});
    if (!world.network.reaches_nothing()) given.push_back({"the network", "wasi:sockets"});
    return given;
}

}  // namespace weft::app
