#include "platform/capability/export_calls.h"

#include <algorithm>

#include "base/codec/interface_name.h"
#include "base/core/assert.h"

namespace weft::capability {

Result<void> match_exports(const ServedInterface& offered, const value::Interface& exported,
                           std::span<std::uint32_t> numbers) {
    WEFT_ASSERT(numbers.size() == offered.functions.size(), "there is a number for each function");
    if (!codec::interface_fits(offered.name, exported.name))
        return fail(Errc::unsupported, "capability.export_mismatch",
                    "{} is not what this host calls as {}", exported.name, offered.name);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto& row = offered.functions[i];
        const auto found = std::ranges::find(exported.functions, row.name, &value::Function::name);
        const auto wanted = row.describe(row);
        if (found == exported.functions.end())
            return fail(Errc::unsupported, "capability.export_mismatch",
                        "{} of the component has no function '{}'", exported.name, row.name);
        if (*found != wanted)
            return fail(Errc::unsupported, "capability.export_mismatch",
                        "{} of the component has '{}', this host calls '{}'", exported.name,
                        value::function_text(*found), value::function_text(wanted));
        numbers[i] = static_cast<std::uint32_t>(found - exported.functions.begin());
    }
    return ok();
}

}  // namespace weft::capability
