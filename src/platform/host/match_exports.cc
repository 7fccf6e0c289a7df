#include "platform/host/match_exports.h"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include <fmt/format.h>

#include "base/codec/interface_name.h"

namespace weft::host {
namespace {

using value::Function;
using value::Interface;
using value::Kind;
using value::Type;

bool has(const Type& type, std::initializer_list<Kind> kinds) {
    if (std::ranges::find(kinds, type.kind()) != kinds.end()) return true;
    for (std::size_t at = 0; at < type.size(); ++at)
        if (const auto* const part = type.part(at); part != nullptr && has(*part, kinds))
            return true;
    return false;
}

bool has_resource(const Type& type) { return has(type, {Kind::own, Kind::borrow}); }

std::string text_of(const Type* type) { return type == nullptr ? "nothing" : type_text(*type); }

std::string part_difference(const Type& wanted, const Type& offered, std::size_t at) {
    if (wanted.name(at) != offered.name(at))
        return fmt::format("'{}' is called '{}'", wanted.name(at), offered.name(at));
    const auto* const a = wanted.part(at);
    const auto* const b = offered.part(at);
    const auto name = wanted.name(at).empty() ? fmt::format("part {}", at + 1)
                                              : fmt::format("'{}'", wanted.name(at));
    if (a == nullptr || b == nullptr)
        return a == b ? "" : fmt::format("{} is {}, not {}", name, text_of(b), text_of(a));
    const auto inside = type_difference(*a, *b);
    return inside.empty() ? "" : fmt::format("{}: {}", name, inside);
}

/// Empty when they are the same. Whether one of them is async matters to nobody: the caller waits.
std::string function_difference(const Function& wanted, const Function& offered) {
    if (wanted.params.size() != offered.params.size())
        return fmt::format("it takes {} parameters, not {}", offered.params.size(),
                           wanted.params.size());
    for (std::size_t at = 0; at < wanted.params.size(); ++at) {
        const auto inside = type_difference(wanted.params[at].type, offered.params[at].type);
        if (!inside.empty())
            return fmt::format("parameter '{}': {}", wanted.params[at].name, inside);
    }
    const auto* const a = wanted.result ? &*wanted.result : nullptr;
    const auto* const b = offered.result ? &*offered.result : nullptr;
    if (a == nullptr || b == nullptr)
        return a == b ? "" : fmt::format("it gives {}, not {}", text_of(b), text_of(a));
    const auto inside = type_difference(*a, *b);
    return inside.empty() ? "" : "its result: " + inside;
}

Result<void> check_resources(const Interface& interface, const Function& function) {
    const bool has_params = std::ranges::any_of(
        function.params, [](const auto& param) { return has_resource(param.type); });
    // What it writes to ends with the instance that gave it, and that may be with its call.
    if (function.result && has(*function.result, {Kind::output_stream}))
        return fail(Errc::unsupported, "host.link_resource",
                    "{}#{} gives an output-stream, which no link between components carries; take "
                    "an output-stream as a parameter, or give an input-stream",
                    interface.name, function.name);
    if (!has_params && !(function.result && has_resource(*function.result))) return ok();
    return fail(Errc::unsupported, "host.link_resource",
                "{}#{} has resources, which no link between components carries; pass values, or "
                "compose both into one component",
                interface.name, function.name);
}

}  // namespace

std::string type_difference(const Type& wanted, const Type& offered) {
    if (wanted == offered) return "";
    auto whole = fmt::format("{}, not {}", type_text(offered), type_text(wanted));
    if (wanted.kind() != offered.kind() || wanted.size() != offered.size()) return whole;
    for (std::size_t at = 0; at < wanted.size(); ++at) {
        auto found = part_difference(wanted, offered, at);
        if (!found.empty()) return found;
    }
    return whole;
}

Result<std::vector<std::uint32_t>> match_exports(const Interface& wanted,
                                                 const value::World& offered) {
    std::uint32_t before = 0;
    const Interface* found = nullptr;
    for (const auto& interface : offered.exports) {
        if (codec::interface_fits(interface.name, wanted.name)) {
            found = &interface;
            break;
        }
        before += static_cast<std::uint32_t>(interface.functions.size());
    }
    if (found == nullptr)
        return fail(Errc::unsupported, "host.link_mismatch", "it exports no {}",
                    wanted.name.empty() ? "functions of its own" : wanted.name);
    std::vector<std::uint32_t> numbers;
    for (const auto& function : wanted.functions) {
        CHECK(check_resources(wanted, function));
        const auto same = std::ranges::find(found->functions, function.name, &Function::name);
        if (same == found->functions.end())
            return fail(Errc::unsupported, "host.link_mismatch", "its {} has no function '{}'",
                        found->name, function.name);
        if (const auto difference = function_difference(function, *same); !difference.empty())
            return fail(Errc::unsupported, "host.link_mismatch", "its {}#{} is another one: {}",
                        found->name, function.name, difference);
        numbers.push_back(before + static_cast<std::uint32_t>(same - found->functions.begin()));
    }
    return numbers;
}

}  // namespace weft::host
