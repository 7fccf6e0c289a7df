#pragma once

#include <string>
#include <utility>

#include "platform/capability/keyvalue.h"
#include "platform/host/host_imports.h"
#include "platform/host/shard_host.h"

namespace weft::host {

/// The key-value store of a component without a link: everything is denied in the words of the
/// interface, and said in the log.
class RefusedKeyValue final : public capability::KeyValue {
  public:
    RefusedKeyValue(ShardHost* host, capability::ComponentId component, std::string interface)
        : host_(host), component_(std::move(component)), interface_(std::move(interface)) {}

    rt::Task<void> open(std::string) override { return refuse<void>(); }
    rt::Task<std::optional<Bytes>> get(std::string, std::string) override {
        return refuse<std::optional<Bytes>>();
    }
    rt::Task<void> set(std::string, std::string, Bytes) override { return refuse<void>(); }
    rt::Task<void> remove(std::string, std::string) override { return refuse<void>(); }
    rt::Task<bool> exists(std::string, std::string) override { return refuse<bool>(); }
    rt::Task<Page> list_keys(std::string, std::optional<std::string>) override {
        return refuse<Page>();
    }
    rt::Task<std::int64_t> increment(std::string, std::string, std::int64_t) override {
        return refuse<std::int64_t>();
    }
    rt::Task<Versioned> get_versioned(std::string, std::string) override {
        return refuse<Versioned>();
    }
    rt::Task<bool> swap(std::string, std::string, std::uint64_t, Bytes) override {
        return refuse<bool>();
    }
    rt::Task<std::vector<std::optional<Bytes>>> get_many(std::string,
                                                         std::vector<std::string>) override {
        return refuse<std::vector<std::optional<Bytes>>>();
    }
    rt::Task<void> set_many(std::string, std::vector<Entry>) override { return refuse<void>(); }
    rt::Task<void> remove_many(std::string, std::vector<std::string>) override {
        return refuse<void>();
    }

  private:
    template <typename T>
    rt::Task<T> refuse() {
        host_->note_refused_import(component_, interface_, {},
                                   unlinked_error(component_, interface_));
        co_return fail(Errc::denied, "keyvalue.access_denied",
                       "no link leads to a key-value store");
    }

    ShardHost* host_;
    capability::ComponentId component_;
    std::string interface_;
};

}  // namespace weft::host
