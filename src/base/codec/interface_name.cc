#include "base/codec/interface_name.h"

#include <algorithm>
#include <cstddef>

namespace weft::codec {

namespace {

constexpr std::size_t shown_max = 100;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// One fragment between dashes: letters of one case and digits, a letter first.
bool is_fragment(std::string_view text) {
    if (text.empty()) return false;
    const auto of_case = is_upper(text.front()) ? is_upper : is_lower;
    return of_case(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return of_case(c) || is_digit(c); });
}

/// Calls `accept` with each part between `separator`s until one is refused.
template <typename Accept>
bool all_parts(std::string_view text, char separator, Accept accept) {
    while (true) {
        const auto end = text.find(separator);
        if (!accept(text.substr(0, end))) return false;
        if (end == std::string_view::npos) return true;
        text.remove_prefix(end + 1);
    }
}

bool is_label(std::string_view text) { return all_parts(text, '-', is_fragment); }

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, is_digit) &&
           (text.size() == 1 || text.front() != '0');
}

bool is_build_part(std::string_view text) {
    const auto is_allowed = [](char c) {
        return is_lower(c) || is_upper(c) || is_digit(c) || c == '-';
    };
    return !text.empty() && std::ranges::all_of(text, is_allowed);
}

bool is_prerelease_part(std::string_view text) {
    return is_build_part(text) && (!std::ranges::all_of(text, is_digit) || is_number(text));
}

bool is_version(std::string_view text) {
    if (const auto plus = text.find('+'); plus != std::string_view::npos) {
        if (!all_parts(text.substr(plus + 1), '.', is_build_part)) return false;
        text = text.substr(0, plus);
    }
    if (const auto dash = text.find('-'); dash != std::string_view::npos) {
        if (!all_parts(text.substr(dash + 1), '.', is_prerelease_part)) return false;
        text = text.substr(0, dash);
    }
    return std::ranges::count(text, '.') == 2 && all_parts(text, '.', is_number);
}

Failure invalid(std::string_view text, std::string_view reason) {
    return fail(
        Errc::invalid_argument, "interface_name.invalid",
        "'{}' is not an interface name, {}; the form is 'namespace:package/interface@version'",
        text.substr(0, shown_max), reason);
}

/// What of a version must be the same in compatible ones: "1", "0.2", "0.0.3", or all of it when it
/// was not released.
std::string_view compatible_part(std::string_view version) {
    version = version.substr(0, version.find('+'));
    if (version.find('-') != std::string_view::npos) return version;
    const auto major = version.find('.');
    if (version.substr(0, major) != "0") return version.substr(0, major);
    const auto minor = version.find('.', major + 1);
    if (version.substr(major + 1, minor - major - 1) != "0") return version.substr(0, minor);
    return version;
}

}  // namespace

std::string InterfaceName::package_id() const { return ns + ":" + package; }

Result<InterfaceName> parse_interface_name(std::string_view text) {
    InterfaceName name;
    std::string_view rest = text;
    if (const auto at = rest.find('@'); at != std::string_view::npos) {
        name.version = rest.substr(at + 1);
        rest = rest.substr(0, at);
        if (!is_version(name.version))
            return invalid(text, "its version is not a semantic version");
    }
    if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
        name.interface = rest.substr(slash + 1);
        rest = rest.substr(0, slash);
        if (!is_label(name.interface)) return invalid(text, "its interface is not a word");
    }
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos) return invalid(text, "it has no ':'");
    name.ns = rest.substr(0, colon);
    name.package = rest.substr(colon + 1);
    if (!is_label(name.ns)) return invalid(text, "its namespace is not a word");
    if (!is_label(name.package)) return invalid(text, "its package is not a word");
    return name;
}

bool interface_fits(std::string_view offered, std::string_view wanted) {
    const auto name_of = [](std::string_view text) { return text.substr(0, text.find('@')); };
    const auto version_of = [](std::string_view text) {
        const auto at = text.find('@');
        return at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
    };
    return name_of(offered) == name_of(wanted) &&
           compatible_part(version_of(offered)) == compatible_part(version_of(wanted));
}

std::string format_interface_name(const InterfaceName& name) {
    std::string text = name.package_id();
    if (!name.interface.empty()) text.append("/").append(name.interface);
    if (!name.version.empty()) text.append("@").append(name.version);
    return text;
}

}  // namespace weft::codec
