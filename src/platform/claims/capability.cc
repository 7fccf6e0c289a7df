#include "platform/claims/capability.h"

#include <algorithm>
#include <array>

#include "base/core/nearest.h"
#include "platform/claims/contains.h"

namespace weft::claims {
namespace {

struct Contract {
    std::string_view id;
    std::string_view name;  ///< A package or an interface of WIT.
};

/// The ids of wasmCloud 0.x and of waSCC before it. Ids that are not here, such as
/// `wasmcloud:latticecontrol`, read as the package of that name.
constexpr std::array<Contract, 13> contracts = {{
    {"wasmcloud:httpserver", "wasi:http/incoming-handler"},
    {"wascc:http_server", "wasi:http/incoming-handler"},
    {"wasmcloud:httpclient", "wasi:http/outgoing-handler"},
    {"wascc:http_client", "wasi:http/outgoing-handler"},
    {"wasmcloud:keyvalue", "wasi:keyvalue"},
    {"wascc:keyvalue", "wasi:keyvalue"},
    {"wasmcloud:blobstore", "wasi:blobstore"},
    {"wascc:blobstore", "wasi:blobstore"},
    {"wascc:messaging", "wasmcloud:messaging"},
    {"wasmcloud:logging", "wasi:logging"},
    {"wasmcloud:builtin:logging", "wasi:logging"},
    {"wascc:logging", "wasi:logging"},
    {"wasmcloud:builtin:numbergen", "wasi:random"},
}};

/// For slips in a trust file.
constexpr std::array<std::string_view, 26> known_names = {
    "wasi:http",
    "wasi:http/incoming-handler",
    "wasi:http/outgoing-handler",
    "wasi:keyvalue",
    "wasi:keyvalue/store",
    "wasi:keyvalue/atomics",
    "wasi:blobstore",
    "wasi:config",
    "wasi:logging",
    "wasmcloud:messaging",
    "wasmcloud:postgres",
    "wasmcloud:secrets",
    "wasi:filesystem",
    "wasi:sockets",
    "wasi:cli",
    "wasi:clocks",
    "wasi:random",
    "wasmcloud:httpserver",
    "wasmcloud:httpclient",
    "wasmcloud:keyvalue",
    "wasmcloud:blobstore",
    "wasmcloud:logging",
    "wasmcloud:builtin:logging",
    "wasmcloud:builtin:numbergen",
    "wascc:http_server",
    "wascc:http_client",
};

/// Interfaces that hold only the types of others: the one who may use one of those needs them.
struct TypesOf {
    std::string_view package_id;
    std::string_view interface;
    std::array<std::string_view, 4> users;
};
constexpr std::array<TypesOf, 3> types_of = {{
    {"wasi:http", "types", {"incoming-handler", "outgoing-handler", "handler", "client"}},
    {"wasi:blobstore", "types", {"blobstore", "container", "", ""}},
    {"wasmcloud:messaging", "types", {"consumer", "handler", "", ""}},
}};

}  // namespace

std::string_view find_contract(std::string_view text) {
    const auto* row = std::ranges::find(contracts, text, &Contract::id);
    return row == contracts.end() ? std::string_view() : row->name;
}

Result<void> check_capability_name(std::string_view text) {
    if (!find_contract(text).empty()) return ok();
    const auto name = codec::parse_interface_name(text);
    if (name) return ok();
    const auto close = nearest(text, known_names);
    if (!close.empty())
        return fail(Errc::invalid_argument, "claims.capability_invalid",
                    "'{}' names no capability; did you mean '{}'?", text, close);
    return fail(Errc::invalid_argument, "claims.capability_invalid",
                "'{}' names no capability; write 'namespace:package' or "
                "'namespace:package/interface'",
                text);
}

Result<void> check_grants(std::span<const std::string> names) {
    for (const auto& name : names)
        if (name != every_capability) CHECK(check_capability_name(name));
    if (names.size() > 1 && contains(names, every_capability))
        return fail(Errc::invalid_argument, "claims.grants_ambiguous",
                    "'*' grants everything, so the names beside it limit nothing; leave out one or "
                    "the other");
    return ok();
}

Capabilities::Capabilities(std::span<const std::string> names) {
    for (const auto& text : names) {
        const auto contract = find_contract(text);
        auto name =
            codec::parse_interface_name(contract.empty() ? std::string_view(text) : contract);
        if (name) entries_.push_back(std::move(*name));
    }
}

Capabilities Capabilities::everything() {
    Capabilities out;
    out.everything_ = true;
    return out;
}

Capabilities Capabilities::of_grants(std::span<const std::string> names) {
    return contains(names, every_capability) ? everything() : Capabilities(names);
}

bool Capabilities::names(const codec::InterfaceName& package, std::string_view interface) const {
    return std::ranges::any_of(entries_, [&](const codec::InterfaceName& entry) {
        return entry.ns == package.ns && entry.package == package.package &&
               (entry.interface.empty() || entry.interface == interface);
    });
}

bool Capabilities::covers(const codec::InterfaceName& interface) const {
    if (everything_ || names(interface, interface.interface)) return true;
    const auto package_id = interface.package_id();
    for (const auto& row : types_of) {
        if (row.package_id != package_id || row.interface != interface.interface) continue;
        return std::ranges::any_of(row.users, [&](std::string_view user) {
            return !user.empty() && names(interface, user);
        });
    }
    return false;
}

}  // namespace weft::claims
