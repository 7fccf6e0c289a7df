#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/core/result.h"

namespace weft::codec {

struct JsonMember;

/// Integers beyond it, and below its negative, are written as strings: most programs read numbers
/// as doubles, which hold no larger ones exactly.
constexpr std::int64_t json_exact_max = std::int64_t{1} << 53;
constexpr bool is_json_number(std::integral auto value) {
    return std::cmp_less_equal(value, json_exact_max) &&
           std::cmp_greater_equal(value, -json_exact_max);
}

/// One JSON value (RFC 8259). Strings are UTF-8. An object keeps its members in source order; a
/// parsed one never holds a key twice. Integers that fit are `int64`, larger ones `uint64`, every
/// other number `double`. Copying copies the tree.
class Json {
  public:
    using Array = std::vector<Json>;
    using Object = std::vector<JsonMember>;
    /// In the order of the variant's alternatives.
    enum class Kind : std::uint8_t { null, boolean, int64, uint64, real, string, array, object };

    Json();  ///< null
    Json(std::nullptr_t) : Json() {}
    Json(bool value);
    Json(double value);
    Json(std::string value);
    Json(std::string_view value);
    Json(const char* value);
    Json(Array value);
    Json(Object value);
    template <std::integral T>
        requires(!std::same_as<T, bool>)
    Json(T value) : Json() {
        if (std::in_range<std::int64_t>(value))
            assign_signed(static_cast<std::int64_t>(value));
        else
            assign_unsigned(static_cast<std::uint64_t>(value));
    }
    Json(const Json& other);
    Json(Json&& other) noexcept;
    Json& operator=(const Json& other);
    Json& operator=(Json&& other) noexcept;
    ~Json();

    Kind kind() const { return static_cast<Kind>(value_.index()); }
    bool is_null() const { return kind() == Kind::null; }

    /// The value if it has that type, else nothing. `as_int` and `as_uint` take both integer kinds
    /// when the value fits, and a string that `write_json` makes of such an integer; `as_double`
    /// takes every number.
    std::optional<bool> as_bool() const;
    std::optional<std::int64_t> as_int() const;
    std::optional<std::uint64_t> as_uint() const;
    std::optional<double> as_double() const;
    const std::string* as_string() const;
    const Array* as_array() const;
    const Object* as_object() const;

    /// The member's value, or nullptr when there is none or this is not an object.
    const Json* find(std::string_view key) const;

    /// The member's value. Errors: not_found (`json.member_missing`; also when this is not an
    /// object), invalid_argument (`json.member_type`).
    Result<std::string> get_string(std::string_view key) const;
    Result<std::int64_t> get_int(std::string_view key) const;
    Result<bool> get_bool(std::string_view key) const;
    Result<std::vector<std::string>> get_strings(std::string_view key) const;
    Result<const Object*> get_object(std::string_view key) const;
    Result<const Array*> get_array(std::string_view key) const;

    /// As above, but an absent member or one that is null is nothing rather than an error.
    Result<std::optional<std::string>> find_string(std::string_view key) const;
    Result<std::optional<std::int64_t>> find_int(std::string_view key) const;
    Result<std::optional<bool>> find_bool(std::string_view key) const;
    Result<std::optional<std::vector<std::string>>> find_strings(std::string_view key) const;

    /// Sets a member of an object, replacing one with that key; null becomes an object first.
    /// Calling it on any other kind is a bug. Returns *this.
    Json& set(std::string_view key, Json value);
    /// Appends to an array; null becomes an array first. Calling it on another kind is a bug.
    Json& push(Json value);

    friend bool operator==(const Json& a, const Json& b);

  private:
    void assign_signed(std::int64_t value);
    void assign_unsigned(std::uint64_t value);

    std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string, Array,
                 Object>
        value_;
};

/// One `"key": value` of an object.
struct JsonMember {
    std::string key;
    Json value;
    friend bool operator==(const JsonMember& a, const JsonMember& b);
};

struct JsonLimits {
    std::size_t bytes_max = 4 * 1024 * 1024;  ///< Of the whole text.
    std::size_t depth_max = 64;               ///< Arrays and objects inside one another.
};

/// Parses exactly one JSON text, strictly: no comments, no trailing commas, no byte order mark, no
/// duplicate keys, no invalid UTF-8, no number outside a double's range. Messages begin with
/// "line L, column C: " (1-based; columns count characters).
/// Errors: corrupt (`json.syntax`, `json.key_duplicate`, `json.number_range`, `json.utf8_invalid`),
/// exhausted (`json.text_too_long`, `json.depth_exceeded`).
Result<Json> parse_json(std::string_view text, JsonLimits limits = {});

/// Compact text without white space. Control characters, DEL and line separators are escaped,
/// invalid UTF-8 becomes U+FFFD, a number that is not finite becomes null, an integer beyond
/// `json_exact_max` a string. Parsing the result gives an equal value, except for those
/// replacements.
std::string write_json(const Json& value);
/// The same over several lines, two spaces a level, without a line feed at the end.
std::string write_json_pretty(const Json& value);
/// Appends `text` as one JSON string with its quotes, escaped as in `write_json`.
void append_json_string(std::string& out, std::string_view text);

}  // namespace weft::codec
