#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "platform/control/desired.h"

namespace weft::control {

/// What cannot stand beside something else on one host, and why.
struct Conflict {
    enum class Part : std::uint8_t { application, component, provider, link };
    std::size_t application;  ///< Its position among those that were looked at.
    Part part;
    std::size_t at;       ///< The position of the part in its application.
    std::string setting;  ///< Of a link: the setting that is wrong, or empty.
    Error error;
};

/// All that keeps applications from running on one host at the same time, and all that is wrong
/// with their links. Providers of other kinds than `kinds` are passed over. Pure. Errors:
/// already_exists (`control.application_repeated`, `app.id_taken`, `control.link_taken`), and those
/// of `capability::ProviderKind::check`.
std::vector<Conflict> find_conflicts(std::span<const Application* const> applications,
                                     std::span<const capability::ProviderKind> kinds);

}  // namespace weft::control
