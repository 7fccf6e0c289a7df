#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace weft::manifest {

/// What a built-in provider offers.
enum class Contract : std::uint8_t {
    http_server,
    http_client,
    keyvalue,
    blobstore,
    messaging,
    sql,
    secrets,
    config,
    logging,
    cron,
};

/// One name under which a built-in provider is asked for.
struct Builtin {
    std::string_view
        name;  ///< After `weft+builtin://` and `wasmcloud+builtin://`: "keyvalue-redis".
    Contract contract;
    std::string_view backend;  ///< "redis"; empty for the local default of the contract.
    std::string_view
        classic;  ///< Image of the 0.x era under wasmcloud.azurecr.io, if there was one.
};

/// All of them.
std::span<const Builtin> builtins();

/// The provider of that name, or nothing.
std::optional<Builtin> find_builtin(std::string_view name);

/// The built-in provider for one of wasmCloud's own provider images, or nothing. `repository` is
/// without tag and digest: "ghcr.io/wasmcloud/http-server".
std::optional<Builtin> find_builtin_for_image(std::string_view repository);

}  // namespace weft::manifest
