#include "base/codec/yaml_core_schema.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <limits>

namespace weft::codec {

namespace {

constexpr std::string_view decimal_digits = "0123456789";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

bool has_only(std::string_view text, std::string_view digits) {
    return !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
}

std::string_view without_sign(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return text;
}

/// Takes leading decimal digits off and says how many there were.
std::size_t skip_digits(std::string_view& text) {
    const auto count = std::min(text.find_first_not_of(decimal_digits), text.size());
    text.remove_prefix(count);
    return count;
}

bool is_integer(std::string_view text) {
    if (text.starts_with("0o")) return has_only(text.substr(2), "01234567");
    if (text.starts_with("0x")) return has_only(text.substr(2), "0123456789abcdefABCDEF");
    return has_only(without_sign(text), decimal_digits);
}

bool is_special_real(std::string_view text) {
    return is_one_of(without_sign(text), {".inf", ".Inf", ".INF"}) ||
           is_one_of(text, {".nan", ".NaN", ".NAN"});
}

bool is_real(std::string_view text) {
    if (is_special_real(text)) return true;
    text = without_sign(text);
    const bool whole = skip_digits(text) > 0;
    bool fraction = false;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        fraction = skip_digits(text) > 0;
    }
    if (!whole && !fraction) return false;
    if (text.starts_with('e') || text.starts_with('E'))
        return has_only(without_sign(text.substr(1)), decimal_digits);
    return text.empty();
}

template <typename T, typename... Base>
std::optional<T> from_whole(std::string_view text, Base... base) {
    T value{};
    const auto end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value, base...);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return value;
}

}  // namespace

CoreType core_type(std::string_view text) {
    if (text.empty() || is_one_of(text, {"~", "null", "Null", "NULL"})) return CoreType::null;
    if (is_one_of(text, {"true", "True", "TRUE", "false", "False", "FALSE"}))
        return CoreType::boolean;
    if (is_integer(text)) return CoreType::integer;
    if (is_real(text)) return CoreType::real;
    return CoreType::string;
}

std::optional<std::int64_t> core_int(std::string_view text) {
    if (!is_integer(text)) return std::nullopt;
    if (text.starts_with("0o")) return from_whole<std::int64_t>(text.substr(2), 8);
    if (text.starts_with("0x")) return from_whole<std::int64_t>(text.substr(2), 16);
    if (text.starts_with('+')) text.remove_prefix(1);
    return from_whole<std::int64_t>(text, 10);
}

std::optional<double> core_double(std::string_view text) {
    if (const auto whole = core_int(text)) return static_cast<double>(*whole);
    if (!is_real(text)) return std::nullopt;
    if (is_special_real(text)) {
        using Limits = std::numeric_limits<double>;
        if (text.ends_with('n') || text.ends_with('N')) return Limits::quiet_NaN();
        return text.starts_with('-') ? -Limits::infinity() : Limits::infinity();
    }
    if (text.starts_with('+')) text.remove_prefix(1);
    return from_whole<double>(text);
}

}  // namespace weft::codec
