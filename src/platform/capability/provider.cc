#include "platform/capability/provider.h"

#include <algorithm>

#include <fmt/format.h>

namespace weft::capability {

Result<void> ProviderKind::check_interfaces(const Link& link) const {
    const auto known = link.is_answered_by_provider ? answers : calls;
    if (known.empty())
        return fail(Errc::unsupported, "control.link_interface",
                    "the link of '{}' to '{}' leads {} a provider '{}', which {}", link.source,
                    link.target, link.is_answered_by_provider ? "to" : "from", name,
                    link.is_answered_by_provider ? "calls components and is called by none"
                                                 : "is called by components and calls none");
    if (link.interfaces.empty())
        return fail(Errc::unsupported, "control.link_interface",
                    "the link of '{}' to '{}' names no interface; a provider '{}' is linked by: {}",
                    link.source, link.target, name, fmt::join(known, ", "));
    for (const auto& interface : link.interfaces) {
        const auto wanted = fmt::format("{}:{}/{}", link.ns, link.package,
                                        interface.substr(0, interface.find('@')));
        if (std::ranges::find(known, wanted) == known.end())
            return fail(Errc::unsupported, "control.link_interface",
                        "the link of '{}' to '{}' names '{}', by which a provider '{}' is not "
                        "linked; it is by: {}",
                        link.source, link.target, wanted, name, fmt::join(known, ", "));
    }
    return ok();
}

bool Link::covers(std::string_view interface) const {
    const auto wanted = interface.substr(0, interface.find('@'));
    return std::ranges::any_of(interfaces, [&](const std::string& own) {
        return wanted == fmt::format("{}:{}/{}", ns, package, own.substr(0, own.find('@')));
    });
}

const ProviderKind* find_kind(std::span<const ProviderKind> kinds, std::string_view name) {
    const auto row = std::ranges::find(kinds, name, &ProviderKind::name);
    return row == kinds.end() ? nullptr : &*row;
}

Result<std::vector<std::unique_ptr<ImportTarget>>> Provider::bind(
    const LinkKey& link, const value::Interface& interface) {
    return fail(Errc::unsupported, "capability.import_mismatch",
                "'{}' imports {}, which '{}' does not offer", link.source, interface.name,
                link.target);
}

}  // namespace weft::capability
