#include "platform/providers/keyvalue/provider.h"

#include <utility>

#include "base/core/assert.h"
#include "io/files/files.h"
#include "platform/capability/keyvalue_imports.h"
#include "platform/providers/keyvalue/linked_keyvalue.h"
#include "platform/providers/keyvalue/memory_store.h"
#include "platform/providers/keyvalue/sqlite_store.h"

namespace weft::providers::keyvalue {
namespace {

/// An id as the name of a file: what is not a letter, digit, '-' or '_' stands as '%' and hex
/// digits.
std::string file_name(std::string_view id) {
    std::string name;
    for (const unsigned char c : id) {
        const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-' || c == '_';
        if (is_plain)
            name.push_back(static_cast<char>(c));
        else
            name += fmt::format("%{:02x}", c);
    }
    return name + ".sqlite";
}

std::string_view text_of(Backend backend) {
    return backend == Backend::memory ? "memory" : "sqlite";
}
std::string_view text_of(store::Durability durability) {
    return durability == store::Durability::full ? "full" : "relaxed";
}

}  // namespace

Provider::Provider(capability::ProviderContext context) : context_(std::move(context)) {}

/// The settings of each link.
std::vector<Settings> Provider::plan(const std::vector<capability::Link>& links, Faults& faults) {
    std::vector<Settings> all;
    std::map<capability::ComponentId, std::size_t> first_links;
    for (std::size_t at = 0; at < links.size(); ++at) {
        const auto& link = links[at];
        const OnFault on_fault = [&](std::string_view setting, Error error) {
            faults.push_back({at, std::nullopt, std::string(setting), std::move(error)});
        };
        all.push_back(read_settings(link, on_fault));
        const auto first = first_links.try_emplace(link.target, at).first->second;
        const auto& store = all[at].store;
        const auto& other = all[first].store;
        if (store == other) continue;
        const auto* const setting = store.backend == other.backend ? "durability" : "backend";
        faults.push_back({at, first, setting,
                          fail(Errc::invalid_argument, "keyvalue.settings_differ",
                               "provider '{}' keeps all in one store, but the links of '{}' and "
                               "'{}' want another "
                               "{}; write it once, in the provider's own configuration",
                               link.target, links[first].source, link.source, setting)
                              .error()});
    }
    return all;
}

std::vector<capability::LinkFault> Provider::check(const std::vector<capability::Link>& links) {
    Faults faults;
    plan(links, faults);
    return faults;
}

rt::Task<void> Provider::change_links(capability::LinkChange change) {
    CO_CHECK(co_await stop_closing());  // A file that is wanted again has one owner.
    auto links = links_;
    for (const auto& key : change.taken) links.erase(key);
    for (auto& link : change.put) links.insert_or_assign(link.key(), std::move(link));
    std::vector<capability::Link> all;
    for (const auto& [key, link] : links) all.push_back(link);
    Faults faults;
    const auto planned = plan(all, faults);
    if (!faults.empty()) co_return Failure(std::move(faults.front().error));

    // All that may fail comes first: the stores that are new.
    Stores stores;
    for (std::size_t at = 0; at < all.size(); ++at) {
        const auto& id = all[at].target;
        if (stores.contains(id)) continue;
        Kept kept{nullptr, planned[at].store};
        const auto found = stores_.find(id);
        if (found != stores_.end() && found->second.settings.backend == kept.settings.backend) {
            kept.store = found->second.store;
        } else {
            Result<std::shared_ptr<Store>> opened = co_await open(id, planned[at]);
            if (!opened) {
                leave(stores, stores_);
                CO_CHECK(co_await stop_closing());
                co_return Failure(std::move(opened).error());
            }
            kept.store = std::move(*opened);
        }
        stores.emplace(id, std::move(kept));
    }

    lead_links(all, planned, stores);
    for (const auto& [id, kept] : stores) kept.store->set_durability(kept.settings.durability);
    leave(stores_, stores);
    links_ = std::move(links);
    stores_ = std::move(stores);
    co_return co_await stop_closing();
}

/// Lets each link lead to its store, and those that are not there any more to nothing.
void Provider::lead_links(const std::vector<capability::Link>& links,
                          const std::vector<Settings>& settings, const Stores& stores) {
    auto before = std::exchange(states_, {});
    for (std::size_t at = 0; at < links.size(); ++at) {
        auto target = std::make_shared<const LinkTarget>(
            LinkTarget{stores.at(links[at].target).store, settings[at].limits, settings[at].buckets,
                       settings[at].one_bucket});
        if (auto state = before.extract(links[at].key())) {
            state.mapped()->lead_to(std::move(target));
            states_.insert(std::move(state));
        } else {
            states_.emplace(links[at].key(), std::make_shared<LinkState>(std::move(target)));
        }
    }
    for (const auto& [key, state] : before) state->lead_to(nullptr);
}

/// Closes those stores of `old` that are not in `kept`.
void Provider::leave(const Stores& old, const Stores& kept) {
    for (const auto& [id, one] : old) {
        const auto same = kept.find(id);
        if (same != kept.end() && same->second.store == one.store) continue;
        context_.log.info("keyvalue.store_closed", obs::kv("provider", id));
        closing_.push_back(one.store);
    }
}

rt::Task<std::shared_ptr<Store>> Provider::open(capability::ComponentId id, Settings settings) {
    std::shared_ptr<Store> store;
    if (settings.store.backend == Backend::memory) {
        store = std::make_shared<MemoryStore>();
    } else {
        if (context_.data_directory.empty())
            co_return fail(Errc::failed_precondition, "keyvalue.directory_missing",
                           "provider '{}' keeps its values in a file, and the host has no data "
                           "directory; give it one, or choose backend memory",
                           id);
        const auto folder = context_.data_directory + "/keyvalue";
        CO_CHECK(files::ensure_directory(folder));
        SqliteStore::Options options{
            .provider = id,
            .file = {.path = folder + "/" + file_name(id), .durability = settings.store.durability},
            .failures = context_.failures};
        if (context_.registry != nullptr) options.probe = store::Probe::in(*context_.registry);
        Result<std::shared_ptr<SqliteStore>> opened =
            co_await SqliteStore::open(std::move(options));
        if (!opened)
            co_return Result<std::shared_ptr<Store>>(Failure(std::move(opened).error()))
                .context("the store of provider '{}'", id);
        store = std::move(*opened);
    }
    context_.log.info("keyvalue.store_opened", obs::kv("provider", id),
                      obs::kv("backend", text_of(settings.store.backend)),
                      obs::kv("durability", text_of(settings.store.durability)));
    if (!settings.server_setting.empty())
        context_.log.warn("keyvalue.server_ignored", obs::kv("provider", id),
                          obs::kv("setting", settings.server_setting),
                          obs::kv("used", "the store of this host"));
    co_return store;
}

/// A wait that is cancelled leaves the rest to the next one.
rt::Task<void> Provider::stop_closing() {
    while (!closing_.empty()) {
        const auto store = closing_.back();
        CO_CHECK(co_await store->stop());
        std::erase(closing_, store);
    }
    co_return ok();
}

Result<std::vector<std::unique_ptr<capability::ImportTarget>>> Provider::bind(
    const capability::LinkKey& link, const value::Interface& interface) {
    std::vector<std::unique_ptr<capability::ImportTarget>> targets;
    for (std::size_t at = 0; at < context_.shards.size(); ++at) {
        TRY(auto target, capability::serve_keyvalue(context_.shards[at].ref.executor,
                                                    keyvalue(at, link), interface));
        targets.push_back(std::move(target));
    }
    return targets;
}

std::shared_ptr<capability::KeyValue> Provider::keyvalue(std::size_t shard,
                                                         const capability::LinkKey& link) const {
    WEFT_ASSERT(shard < context_.shards.size(), "a shard of the host");
    const auto state = states_.find(link);
    WEFT_ASSERT(state != states_.end(), "the link was put");
    return std::make_shared<LinkedKeyValue>(state->second);
}

rt::Task<void> Provider::stop_accepting() { co_return ok(); }

// What is under way belongs to calls of components, which are drained by those that call these.
rt::Task<void> Provider::drain() { co_return ok(); }

rt::Task<void> Provider::stop() {
    for (const auto& [key, state] : std::exchange(states_, {})) state->lead_to(nullptr);
    leave(std::exchange(stores_, {}), {});
    links_.clear();
    co_return co_await stop_closing();
}

}  // namespace weft::providers::keyvalue
