#include <charconv>
#include <string_view>

#include "base/codec/json.h"

namespace weft::codec {

namespace {

std::string_view kind_name(Json::Kind kind) {
    switch (kind) {
        case Json::Kind::null: return "null";
        case Json::Kind::boolean: return "a boolean";
        case Json::Kind::int64:
        case Json::Kind::uint64:
        case Json::Kind::real: return "a number";
        case Json::Kind::string: return "a string";
        case Json::Kind::array: return "an array";
        case Json::Kind::object: return "an object";
    }
    return "unknown";
}

Failure missing(std::string_view key) {
    return fail(Errc::not_found, "json.member_missing", "member '{}' is missing", key);
}

Failure mistyped(std::string_view key, std::string_view wanted, const Json& found) {
    return fail(Errc::invalid_argument, "json.member_type", "member '{}' must be {}, it is {}", key,
                wanted, kind_name(found.kind()));
}

std::optional<std::vector<std::string>> as_strings(const Json& value) {
    const auto* items = value.as_array();
    if (!items) return std::nullopt;
    std::vector<std::string> strings;
    for (const auto& item : *items) {
        if (!item.as_string()) return std::nullopt;
        strings.push_back(*item.as_string());
    }
    return strings;
}

std::optional<std::string> as_owned_string(const Json& value) {
    if (const auto* text = value.as_string()) return *text;
    return std::nullopt;
}

/// An integer that was too large to be written as a number.
template <typename Integer>
std::optional<Integer> read_written(const std::string* text) {
    if (text == nullptr) return std::nullopt;
    Integer value = 0;
    const char* const end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, value);
    if (error != std::errc() || stop != end || is_json_number(value)) return std::nullopt;
    return value;
}

constexpr std::string_view wants_string = "a string";
constexpr std::string_view wants_int = "an integer of at most 64 bits";
constexpr std::string_view wants_bool = "true or false";
constexpr std::string_view wants_strings = "an array of strings";

/// The member as `convert` sees it; nothing when it is absent or null.
template <typename Convert>
auto find_as(const Json& json, std::string_view key, std::string_view wanted, Convert convert)
    -> Result<decltype(convert(json))> {
    const Json* member = json.find(key);
    if (!member || member->is_null()) return decltype(convert(json))(std::nullopt);
    auto value = convert(*member);
    if (!value) return mistyped(key, wanted, *member);
    return value;
}

template <typename Convert>
auto get_as(const Json& json, std::string_view key, std::string_view wanted, Convert convert)
    -> Result<typename decltype(convert(json))::value_type> {
    const Json* member = json.find(key);
    if (!member) return missing(key);
    auto value = convert(*member);
    if (!value) return mistyped(key, wanted, *member);
    return *std::move(value);
}

}  // namespace

std::optional<bool> Json::as_bool() const {
    if (const auto* value = std::get_if<bool>(&value_)) return *value;
    return std::nullopt;
}

std::optional<std::int64_t> Json::as_int() const {
    if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
    return read_written<std::int64_t>(as_string());
}

std::optional<std::uint64_t> Json::as_uint() const {
    if (const auto* value = std::get_if<std::uint64_t>(&value_)) return *value;
    if (const auto* value = std::get_if<std::int64_t>(&value_); value && *value >= 0)
        return static_cast<std::uint64_t>(*value);
    return read_written<std::uint64_t>(as_string());
}

std::optional<double> Json::as_double() const {
    if (const auto* value = std::get_if<double>(&value_)) return *value;
    if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
    if (const auto* value = std::get_if<std::uint64_t>(&value_)) return static_cast<double>(*value);
    return std::nullopt;
}

const std::string* Json::as_string() const { return std::get_if<std::string>(&value_); }
const Json::Array* Json::as_array() const { return std::get_if<Array>(&value_); }
const Json::Object* Json::as_object() const { return std::get_if<Object>(&value_); }

const Json* Json::find(std::string_view key) const {
    const Object* object = as_object();
    if (!object) return nullptr;
    for (const auto& member : *object)
        if (member.key == key) return &member.value;
    return nullptr;
}

Result<std::string> Json::get_string(std::string_view key) const {
    return get_as(*this, key, wants_string, as_owned_string);
}

Result<std::int64_t> Json::get_int(std::string_view key) const {
    return get_as(*this, key, wants_int, [](const Json& value) { return value.as_int(); });
}

Result<bool> Json::get_bool(std::string_view key) const {
    return get_as(*this, key, wants_bool, [](const Json& value) { return value.as_bool(); });
}

Result<std::vector<std::string>> Json::get_strings(std::string_view key) const {
    return get_as(*this, key, wants_strings, as_strings);
}

Result<const Json::Object*> Json::get_object(std::string_view key) const {
    const Json* member = find(key);
    if (!member) return missing(key);
    if (!member->as_object()) return mistyped(key, "an object", *member);
    return member->as_object();
}

Result<const Json::Array*> Json::get_array(std::string_view key) const {
    const Json* member = find(key);
    if (!member) return missing(key);
    if (!member->as_array()) return mistyped(key, "an array", *member);
    return member->as_array();
}

Result<std::optional<std::string>> Json::find_string(std::string_view key) const {
    return find_as(*this, key, wants_string, as_owned_string);
}

Result<std::optional<std::int64_t>> Json::find_int(std::string_view key) const {
    return find_as(*this, key, wants_int, [](const Json& value) { return value.as_int(); });
}

Result<std::optional<bool>> Json::find_bool(std::string_view key) const {
    return find_as(*this, key, wants_bool, [](const Json& value) { return value.as_bool(); });
}

Result<std::optional<std::vector<std::string>>> Json::find_strings(std::string_view key) const {
    return find_as(*this, key, wants_strings, as_strings);
}

}  // namespace weft::codec
