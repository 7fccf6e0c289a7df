#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/result.h"

namespace weft::codec {

struct JsonMember;

/// A JSON value (RFC 8259) that owns all it holds. Objects keep their members in the order of the
/// source. A whole number is held as int64 when it fits, else as uint64 when it fits; every other
/// number is a double.
class Json {
  public:
    using Array = std::vector<Json>;
    using Object = std::vector<JsonMember>;

    Json() = default;  ///< null
    Json(std::nullptr_t) {}
    Json(bool value) : value_(value) {}
    Json(int value) : value_(std::int64_t{value}) {}
    Json(std::int64_t value) : value_(value) {}
    Json(std::uint64_t value);
    Json(double value) : value_(value) {}
    Json(const char* value) : value_(std::string(value)) {}
    Json(std::string_view value) : value_(std::string(value)) {}
    Json(std::string value) : value_(std::move(value)) {}
    Json(Array value);
    Json(Object value);

    bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    bool is_string() const { return as_string() != nullptr; }
    bool is_array() const { return as_array() != nullptr; }
    bool is_object() const { return as_object() != nullptr; }

    /// The value when it has this type (a number: when it fits exactly), else nothing.
    std::optional<bool> as_bool() const;
    std::optional<std::int64_t> as_int64() const;
    std::optional<std::uint64_t> as_uint64() const;
    /// Any number; a large integer is rounded.
    std::optional<double> as_double() const;
    const std::string* as_string() const { return std::get_if<std::string>(&value_); }
    const Array* as_array() const { return std::get_if<Array>(&value_); }
    const Object* as_object() const { return std::get_if<Object>(&value_); }
    Array* as_array() { return std::get_if<Array>(&value_); }
    Object* as_object() { return std::get_if<Object>(&value_); }

    /// "null", "a bool", "an integer", "a number", "a string", "an array" or "an object".
    std::string_view type_name() const;

    /// The member `key`; null when absent or when this is not an object.
    const Json* find(std::string_view key) const;

    /// A member that must be there. Views live as long as this value.
    /// Errors: not_found `json.member_missing`, invalid_argument `json.member_type`.
    Result<const Json*> get(std::string_view key) const;
    Result<std::string_view> get_string(std::string_view key) const;
    Result<bool> get_bool(std::string_view key) const;
    Result<std::int64_t> get_int64(std::string_view key) const;
    Result<std::uint64_t> get_uint64(std::string_view key) const;
    Result<const Array*> get_array(std::string_view key) const;
    Result<const Json*> get_object(std::string_view key) const;

    /// A member that may be absent; null counts as absent. Errors: invalid_argument
    /// `json.member_type`. For arrays and objects the pointer is null when absent.
    Result<std::optional<std::string_view>> find_string(std::string_view key) const;
    Result<std::optional<bool>> find_bool(std::string_view key) const;
    Result<std::optional<std::int64_t>> find_int64(std::string_view key) const;
    Result<std::optional<std::uint64_t>> find_uint64(std::string_view key) const;
    Result<const Array*> find_array(std::string_view key) const;
    Result<const Json*> find_object(std::string_view key) const;

    /// Appends a member; this must be an object and `key` must not be there yet.
    Json& add(std::string key, Json value);

    friend bool operator==(const Json& a, const Json& b);

  private:
    std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Array,
                 Object>
        value_;
};

/// One member of an object.
struct JsonMember {
    std::string key;
    Json value;
    friend bool operator==(const JsonMember& a, const JsonMember& b) = default;
};

struct JsonLimits {
    std::size_t bytes_max = 1 << 20;  ///< Of the whole text.
    std::size_t depth_max = 32;       ///< Arrays and objects around a value; at most 512.
};

/// Reads exactly one value, strictly by RFC 8259: UTF-8 only, no byte order mark, no comments, no
/// duplicate keys, nothing after the value. The message ends with the place of the error.
/// Errors: corrupt `json.syntax_bad`, `json.utf8_bad`, `json.key_duplicate`,
/// `json.number_out_of_range`; exhausted `json.text_too_long`, `json.depth_exceeded`.
Result<Json> parse_json(std::string_view text, JsonLimits limits = {});

/// The shortest text; doubles keep their exact value, NaN and infinities become null. Invalid UTF-8
/// becomes U+FFFD, characters that control a terminal are escaped (`is_control`).
std::string write_json(const Json& value);
/// The same with two spaces of indent and a line per member or element.
std::string write_json_pretty(const Json& value);
/// Appends `text` as a JSON string with its quotes, escaped as in `write_json`.
void append_json_string(std::string& out, std::string_view text);

}  // namespace weft::codec
