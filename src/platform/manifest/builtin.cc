#include "platform/manifest/builtin.h"

#include <array>

namespace weft::manifest {
namespace {

constexpr std::array table{
    Builtin{"http-server", Contract::http_server, "", "httpserver"},
    Builtin{"http-client", Contract::http_client, "", "httpclient"},
    Builtin{"keyvalue", Contract::keyvalue, "", ""},
    Builtin{"keyvalue-redis", Contract::keyvalue, "redis", "kvredis"},
    Builtin{"keyvalue-nats", Contract::keyvalue, "nats", ""},
    Builtin{"keyvalue-vault", Contract::keyvalue, "vault", "kvvault"},
    Builtin{"blobstore", Contract::blobstore, "", ""},
    Builtin{"blobstore-fs", Contract::blobstore, "fs", "blobstore_fs"},
    Builtin{"blobstore-s3", Contract::blobstore, "s3", "blobstore_s3"},
    Builtin{"blobstore-azure", Contract::blobstore, "azure", ""},
    Builtin{"blobstore-nats", Contract::blobstore, "nats", ""},
    Builtin{"messaging", Contract::messaging, "", ""},
    Builtin{"messaging-nats", Contract::messaging, "nats", "nats_messaging"},
    Builtin{"messaging-kafka", Contract::messaging, "kafka", ""},
    Builtin{"sqldb", Contract::sql, "", ""},
    Builtin{"sqldb-postgres", Contract::sql, "postgres", "sqldb-postgres"},
    Builtin{"secrets", Contract::secrets, "", ""},
    Builtin{"secrets-kubernetes", Contract::secrets, "kubernetes", ""},
    Builtin{"secrets-nats-kv", Contract::secrets, "nats-kv", ""},
    Builtin{"secrets-vault", Contract::secrets, "vault", ""},
    Builtin{"config", Contract::config, "", ""},
    Builtin{"logging", Contract::logging, "", "logging"},
    Builtin{"cron", Contract::cron, "", ""},
};

}  // namespace

std::span<const Builtin> builtins() { return table; }

std::optional<Builtin> find_builtin(std::string_view name) {
    for (const auto& row : table)
        if (row.name == name) return row;
    return std::nullopt;
}

std::optional<Builtin> find_builtin_for_image(std::string_view repository) {
    constexpr std::string_view current = "ghcr.io/wasmcloud/";
    constexpr std::string_view classic = "wasmcloud.azurecr.io/";
    if (repository.starts_with(current)) return find_builtin(repository.substr(current.size()));
    if (!repository.starts_with(classic) || repository == classic) return std::nullopt;
    for (const auto& row : table)
        if (row.classic == repository.substr(classic.size())) return row;
    return std::nullopt;
}

}  // namespace weft::manifest
