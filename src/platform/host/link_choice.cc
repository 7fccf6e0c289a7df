#include "platform/host/link_choice.h"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/codec/interface_name.h"
#include "platform/capability/wit/wasmcloud_bus_1_0_0.h"
#include "platform/capability/wit/wasmcloud_bus_2_0_1.h"

namespace weft::host {
namespace {

namespace first = wit::wasmcloud_bus_lattice_1_0_0;
namespace second = wit::wasmcloud_bus_lattice_2_0_1;

/// A handle of a target holds the name of the interface, so nothing is kept for it.
template <typename Functions, typename Target>
class Choice : public Functions {
  public:
    explicit Choice(ImportDispatch* instance) : instance_(instance) {}

    rt::Task<wit::Own<Target>> create_call_target_interface(rt::CallCtx, std::string ns,
                                                            std::string package,
                                                            std::string interface) override {
        co_return wit::Own<Target>{to_bytes(fmt::format("{}:{}/{}", ns, package, interface))};
    }

  protected:
    bool choose(std::string_view link_name, const std::vector<wit::Own<Target>>& targets) {
        std::vector<std::string> interfaces;
        interfaces.reserve(targets.size());
        for (const auto& target : targets) interfaces.emplace_back(as_text(target.handle));
        return instance_->choose_link(link_name, interfaces);
    }

  private:
    ImportDispatch* instance_;
};

/// Has no way to say that there is no such link: the next call says it.
class First final : public Choice<first::Functions, first::CallTargetInterface> {
  public:
    using Choice::Choice;
    rt::Task<void> set_link_name(
        rt::CallCtx, std::string name,
        std::vector<wit::Own<first::CallTargetInterface>> interfaces) override {
        choose(name, interfaces);
        co_return ok();
    }
};

class Second final : public Choice<second::Functions, second::CallTargetInterface> {
  public:
    using Choice::Choice;
    rt::Task<std::expected<void, std::string>> set_link_name(
        rt::CallCtx, std::string name,
        std::vector<wit::Own<second::CallTargetInterface>> interfaces) override {
        if (!choose(name, interfaces))
            co_return std::expected<void, std::string>(std::unexpected(
                fmt::format("no link '{}' leads on all of these interfaces", name)));
        co_return std::expected<void, std::string>();
    }
};

Result<std::unique_ptr<capability::ImportTarget>> serve(rt::Executor* executor,
                                                        ImportDispatch* instance,
                                                        const value::Interface& wanted) {
    if (codec::interface_fits(first::interface_name, wanted.name))
        return first::serve(executor, std::make_shared<First>(instance), wanted);
    return second::serve(executor, std::make_shared<Second>(instance), wanted);
}

}  // namespace

Result<std::unique_ptr<capability::ImportTarget>> serve_link_choice(
    rt::Executor* executor, ImportDispatch& instance, const value::Interface& wanted) {
    return serve(executor, &instance, wanted);
}

Result<void> check_link_choice(rt::Executor* executor, const value::Interface& wanted) {
    TRY(const auto served, serve(executor, nullptr, wanted));
    return ok();
}

}  // namespace weft::host
