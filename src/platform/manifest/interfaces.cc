#include "platform/manifest/interfaces.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "base/core/nearest.h"

namespace weft::manifest {
namespace {

// `ns:package/interface` of everything a link may sensibly name; Weft serves more of them than the
// list that wadm warns by, so some of wadm's warnings do not appear here.
constexpr std::array<std::string_view, 31> known{
    "wasi:blobstore/blobstore",
    "wasi:blobstore/container",
    "wasi:blobstore/types",
    "wasi:config/runtime",
    "wasi:config/store",
    "wasi:http/handler",
    "wasi:http/incoming-handler",
    "wasi:http/outgoing-handler",
    "wasi:keyvalue/atomics",
    "wasi:keyvalue/batch",
    "wasi:keyvalue/store",
    "wasi:keyvalue/watch",
    "wasi:keyvalue/watcher",
    "wasi:logging/logging",
    "wasi:messaging/consumer",
    "wasi:messaging/handler",
    "wasi:messaging/incoming-handler",
    "wasi:messaging/producer",
    "wasi:messaging/request-reply",
    "wasmcloud:messaging/consumer",
    "wasmcloud:messaging/handler",
    "wasmcloud:postgres/prepared",
    "wasmcloud:postgres/query",
    "wasmcloud:secrets/reveal",
    "wasmcloud:secrets/store",
    "wrpc:blobstore/blobstore",
    "wrpc:http/incoming-handler",
    "wrpc:http/outgoing-handler",
    "wrpc:keyvalue/atomics",
    "wrpc:keyvalue/batch",
    "wrpc:keyvalue/store",
};

}  // namespace

InterfaceCheck check_interface(std::string_view ns, std::string_view package,
                               std::string_view interface) {
    if (ns != "wasi" && ns != "wrpc" && ns != "wasmcloud") return {};
    // wadm's links write the interface without a version; one that is written is not part of the
    // name.
    const auto name =
        fmt::format("{}:{}/{}", ns, package, interface.substr(0, interface.find('@')));
    if (std::ranges::find(known, name) != known.end()) return {};
    // The part that is wrong is compared alone: over the whole name every slip would look small.
    const auto same_package = fmt::format("{}:{}/", ns, package);
    const auto same_ns = fmt::format("{}:", ns);
    std::vector<std::string_view> interfaces;
    std::vector<std::string_view> packages;
    for (const auto candidate : known) {
        if (candidate.starts_with(same_package))
            interfaces.push_back(candidate.substr(same_package.size()));
        if (candidate.starts_with(same_ns))
            packages.push_back(
                candidate.substr(same_ns.size(), candidate.find('/') - same_ns.size()));
    }
    if (interfaces.empty()) {
        const auto close = nearest(package, packages);
        return {true, close.empty() ? "" : fmt::format("{}:{}/{}", ns, close, interface)};
    }
    const auto close = nearest(interface, interfaces);
    return {true, close.empty() ? "" : same_package + std::string(close)};
}

}  // namespace weft::manifest
