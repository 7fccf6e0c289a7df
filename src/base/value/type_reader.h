#pragma once

#include <cstddef>
#include <optional>

#include "base/codec/json.h"
#include "base/value/tree_path.h"
#include "base/value/type.h"

namespace weft::value {

/// Reads T of `read_world`; counts what it reads. Errors: as there.
class TypeReader {
  public:
    explicit TypeReader(std::size_t types_max) : types_left_(types_max), types_max_(types_max) {}

    Result<Type> read(const codec::Json& json, const TreePath& place);
    /// The same, or nothing for null.
    Result<std::optional<Type>> read_maybe(const codec::Json& json, const TreePath& place);
    /// `["name", T]`, or `["name", null]` where `null_allowed`.
    enum class Null { allowed, refused };
    Result<Part> read_pair(const codec::Json& json, const TreePath& place, Null null);

  private:
    Result<Type> read_tagged(std::string_view tag, const codec::Json& json, const TreePath& place);
    Result<Type> read_result(const codec::Json& json, const TreePath& place);
    Result<Type> read_map(const codec::Json& json, const TreePath& place);
    Result<Type> read_fixed_list(const codec::Json& json, const TreePath& place);
    Result<std::vector<Type>> read_items(const codec::Json& json, const TreePath& place);
    Result<std::vector<Part>> read_pairs(const codec::Json& json, const TreePath& place, Null null);
    Result<void> count(std::size_t types, const TreePath& place);

    std::size_t types_left_;
    std::size_t types_max_;
};

/// A failure whose message begins with the place.
Failure wrong_form(const TreePath& place, std::string_view wanted);
/// The array, of exactly `size` items unless that is 0. Errors: invalid_argument
/// (`types.form_wrong`).
Result<const codec::Json::Array*> read_array(const codec::Json& json, const TreePath& place,
                                             std::size_t size, std::string_view wanted);
Result<std::string> read_text(const codec::Json& json, const TreePath& place);
Result<std::vector<std::string>> read_texts(const codec::Json& json, const TreePath& place);

/// The result with the place before its message.
template <typename T>
Result<T> placed(Result<T> result, const TreePath& place) {
    if (result) return result;
    return std::move(result).context("{}", place.text());
}

}  // namespace weft::value
