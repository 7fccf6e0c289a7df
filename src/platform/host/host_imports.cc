#include "platform/host/host_imports.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/codec/interface_name.h"
#include "platform/capability/keyvalue_imports.h"
#include "platform/capability/wit/wasi_config_0_2_0_draft.h"
#include "platform/capability/wit/wasi_config_0_2_0_rc_1.h"
#include "platform/capability/wit/wasi_logging.h"
#include "platform/capability/wit/wasi_logging_0_1_0_draft.h"
#include "platform/host/link_choice.h"
#include "platform/host/refused_keyvalue.h"

namespace weft::host {
namespace {

using Target = Result<std::unique_ptr<capability::ImportTarget>>;
using ConfigPtr = std::shared_ptr<const capability::Config>;

/// Ends the guest, and says what is missing.
class Unlinked final : public capability::ImportTarget {
  public:
    Unlinked(ShardHost* host, capability::ComponentId component, std::string interface)
        : host_(host), component_(std::move(component)), interface_(std::move(interface)) {}

    void call(rt::CallCtx ctx, std::uint32_t, engine::Payload,
              engine::ImportReply& reply) override {
        const auto error = unlinked_error(component_, interface_);
        host_->note_refused_import(component_, interface_, ctx.trace_id, error);
        reply.refuse(error);
    }

  private:
    ShardHost* host_;
    capability::ComponentId component_;
    std::string interface_;
};

/// `runtime` and `store` of all versions have the same functions.
template <typename Functions, typename Error>
class ConfigOf final : public Functions {
  public:
    explicit ConfigOf(ConfigPtr config) : config_(std::move(config)) {}

    using Value = std::expected<std::optional<std::string>, Error>;
    rt::Task<Value> get(rt::CallCtx, std::string key) override {
        const auto found = config_->find(key);
        co_return found == config_->end() ? Value(std::nullopt) : Value(found->second);
    }
    using Values = std::expected<std::vector<std::tuple<std::string, std::string>>, Error>;
    rt::Task<Values> get_all(rt::CallCtx) override {
        std::vector<std::tuple<std::string, std::string>> all(config_->begin(), config_->end());
        co_return Values(std::move(all));
    }

  private:
    ConfigPtr config_;
};

/// Lines of a guest under its own names, at its own levels.
template <typename Functions, typename Level>
class LoggingOf final : public Functions {
  public:
    LoggingOf(ShardHost* host, capability::ComponentId component)
        : host_(host), component_(std::move(component)) {}

    rt::Task<void> log(rt::CallCtx ctx, Level level, std::string context,
                       std::string message) override {
        static constexpr std::array levels{obs::Level::debug, obs::Level::debug, obs::Level::info,
                                           obs::Level::warn,  obs::Level::error, obs::Level::error};
        host_->write_guest_line(component_, ctx.trace_id,
                                levels.at(static_cast<std::size_t>(level)), context, message);
        co_return ok();
    }

  private:
    ShardHost* host_;
    capability::ComponentId component_;
};

Target serve_config(rt::Executor* executor, ConfigPtr config, const value::Interface& wanted) {
    namespace runtime = wit::wasi_config_runtime_0_2_0_draft;
    namespace draft = wit::wasi_config_store_0_2_0_draft;
    namespace rc = wit::wasi_config_store_0_2_0_rc_1;
    if (wanted.name == runtime::interface_name)
        return runtime::serve(
            executor,
            std::make_shared<ConfigOf<runtime::Functions, runtime::ConfigError>>(std::move(config)),
            wanted);
    if (wanted.name == draft::interface_name)
        return draft::serve(
            executor, std::make_shared<ConfigOf<draft::Functions, draft::Error>>(std::move(config)),
            wanted);
    return rc::serve(
        executor, std::make_shared<ConfigOf<rc::Functions, rc::Error>>(std::move(config)), wanted);
}

Target serve_logging(ShardHost* host, const capability::ComponentId& id,
                     const value::Interface& wanted) {
    namespace draft = wit::wasi_logging_logging_0_1_0_draft;
    namespace old = wit::wasi_logging_logging;
    if (wanted.name == old::interface_name)
        return old::serve(host->executor(),
                          std::make_shared<LoggingOf<old::Functions, old::Level>>(host, id),
                          wanted);
    return draft::serve(host->executor(),
                        std::make_shared<LoggingOf<draft::Functions, draft::Level>>(host, id),
                        wanted);
}

constexpr std::array<std::string_view, 3> packages{"wasi:config/", "wasi:logging/",
                                                   "wasmcloud:bus/lattice"};

}  // namespace

bool is_host_interface(std::string_view name) {
    return std::ranges::any_of(packages, [&](auto package) { return name.starts_with(package); });
}

Result<ImportTable::Interface> host_interface(ShardHost* host, const ComponentSettings& settings,
                                              const std::string& name,
                                              const value::Interface& wanted) {
    ImportTable::Interface row{.name = name, .routes = {}, .unlinked = {}, .own = {}};
    if (name == "wasmcloud:bus/lattice") {
        CHECK(check_link_choice(host->executor(), wanted));
        row.own = [executor = host->executor(), wanted](ImportDispatch& instance) {
            return serve_link_choice(executor, instance, wanted).value();
        };
        return row;
    }
    if (name.starts_with("wasi:config/")) {
        TRY(row.unlinked,
            serve_config(host->executor(),
                         std::make_shared<const capability::Config>(settings.config), wanted));
    } else if (name.starts_with("wasi:logging/")) {
        TRY(row.unlinked, serve_logging(host, settings.id, wanted));
    } else {
        auto denied = capability::serve_keyvalue(
            host->executor(), std::make_shared<RefusedKeyValue>(host, settings.id, name), wanted);
        if (denied)
            row.unlinked = std::move(*denied);
        else
            row.unlinked = std::make_shared<Unlinked>(host, settings.id, name);
    }
    return row;
}

Error unlinked_error(const capability::ComponentId& component, std::string_view interface) {
    return fail(Errc::denied, "host.import_unlinked",
                "component '{}' calls {}, which its claims and grants allow, but no link of the "
                "name in use leads it on; add one to its manifest",
                component, interface)
        .error();
}

}  // namespace weft::host
