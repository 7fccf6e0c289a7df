#include "entry/app/host_grants.h"

namespace weft::app {

std::vector<claims::HostGrant> host_grants_in(const engine::WasiContext& wasi) {
    std::vector<claims::HostGrant> grants;
    if (!wasi.directories.empty()) grants.push_back({"a directory", "wasi:filesystem"});
    if (!wasi.environment.empty()) grants.push_back({"a variable", "wasi:cli/environment"});
    if (!wasi.network.reaches_nothing()) grants.push_back({"the network", "wasi:sockets"});
    return grants;
}

}  // namespace weft::app
