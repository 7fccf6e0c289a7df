#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "platform/manifest/finding.h"

namespace weft::manifest {

/// Whose configuration a setting stands in.
enum class SettingOwner : std::uint8_t {
    provider,
    link_source,
    link_target,
    provider_or_target,  ///< Of a setting: it may stand in either.
};

/// What this version does with a setting.
enum class SettingUse : std::uint8_t {
    acted_on,
    not_yet,  ///< It changes nothing, and the user is told.
    refused,  ///< Without it the application would be less safe than it was meant to be.
};

/// One setting of a built-in provider. Source: wasmCloud's providers of 1.9; `trusted_proxies` and
/// those of `keyvalue` are Weft's own.
struct Setting {
    std::string_view provider;  ///< "http-server"; those of "keyvalue" are "keyvalue-redis"'s too.
    SettingOwner owner;
    std::string_view name;  ///< Compared without regard to case.
    SettingUse use;
    std::string_view harmless = {};  ///< A value that asks for nothing.
};

/// All of them, of the providers that this version has.
std::span<const Setting> settings();

/// Names of settings are equal except for the case of ASCII letters.
bool same_setting(std::string_view a, std::string_view b);

/// Whether a provider can be given a setting. Errors: unsupported (`manifest.setting_unsupported`):
/// it is refused, and the value asks for something.
Result<void> check_setting(std::string_view provider, SettingOwner owner, std::string_view name,
                           std::string_view value);

/// Reports settings of built-in providers that are not known (`manifest.setting_unknown`), stand in
/// the wrong place (`manifest.setting_misplaced`), are not acted on (`manifest.setting_ignored`) or
/// refused (`manifest.setting_unsupported`).
void validate_settings(const Application& application, Findings& findings);

}  // namespace weft::manifest
