#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace weft::value {

/// The kinds of types that WIT has, and what of `wasi:io` is carried as streams are, owned. Those
/// before `list` have no parts.
enum class Kind : std::uint8_t {
    bool_,
    s8,
    u8,
    s16,
    u16,
    s32,
    u32,
    s64,
    u64,
    f32,
    f64,
    char_,
    string,
    error_context,
    input_stream,
    output_stream,
    pollable,
    list,
    option,
    result,
    tuple,
    record,
    variant,
    enum_,
    flags,
    own,
    borrow,
    stream,
    future,
    map,
    fixed_list,
};

struct Part;

/// The type of a WIT value: an immutable tree whose copies share their nodes. Only well-formed
/// types exist: no deeper than `depth_max`, no type without parts where WIT wants some, every name
/// a label and none twice. So whatever follows a type down is bounded.
class Type {
  public:
    static constexpr unsigned depth_max = 64;
    static constexpr std::size_t parts_max = 10'000;
    static constexpr std::size_t resource_bytes_max = 256;

    /// A kind before `list`; any other is a bug.
    explicit Type(Kind primitive);

    /// Errors of all of them: exhausted (`types.depth_exceeded`, `types.parts_exceeded`).
    static Result<Type> list(Type element);
    static Result<Type> option(Type element);
    static Result<Type> result(std::optional<Type> ok, std::optional<Type> err);
    static Result<Type> stream(std::optional<Type> element);
    static Result<Type> future(std::optional<Type> element);
    /// Also invalid_argument (`types.parts_missing`: there must be one).
    static Result<Type> tuple(std::vector<Type> items);
    /// Also invalid_argument (`types.name_invalid`, `types.name_duplicate`). Each field has a type.
    static Result<Type> record(std::vector<Part> fields);
    static Result<Type> variant(std::vector<Part> cases);
    static Result<Type> enumeration(std::vector<std::string> cases);
    static Result<Type> flags(std::vector<std::string> names);
    /// Also invalid_argument (`types.resource_invalid`: no visible ASCII text of at most
    /// `resource_bytes_max` bytes).
    static Result<Type> own(std::string resource);
    static Result<Type> borrow(std::string resource);
    /// Also invalid_argument (`types.key_kind`: keys are bool, integers, char or string).
    static Result<Type> map(Type key, Type value);
    /// Also invalid_argument (`types.length_zero`).
    static Result<Type> fixed_list(Type element, std::uint32_t length);

    Kind kind() const { return kind_; }
    /// Number of parts: fields, cases, names or items; key and value of a map; ok and err of a
    /// result; the element of the others.
    std::size_t size() const;
    /// The part's type; nullptr when it has none: a case without payload, a flag, a missing side of
    /// a result, the element of a stream of nothing.
    const Type* part(std::size_t index) const;
    /// The part's label; empty where parts have no names.
    std::string_view name(std::size_t index) const;
    /// Which part has that name.
    std::optional<std::size_t> find(std::string_view name) const;
    /// Of a list, option or fixed_list.
    const Type& element() const { return *part(0); }
    /// Of a fixed_list.
    std::uint32_t length() const;
    /// Of own and borrow.
    std::string_view resource() const;

    /// Types inside one another, 1 for those without parts.
    unsigned depth() const;
    /// The fewest bytes that a value of it has in wRPC encoding, at least 1; saturates.
    std::uint64_t wire_bytes_min() const;

    friend bool operator==(const Type& a, const Type& b);

  private:
    struct Node;
    Type(Kind kind, std::shared_ptr<const Node> node) : kind_(kind), node_(std::move(node)) {}
    static Result<Type> create(Kind kind, Node node);

    Kind kind_;
    std::shared_ptr<const Node> node_;  ///< nullptr for kinds without parts.
};

/// A field, case, name or item.
struct Part {
    std::string name;
    std::optional<Type> type;
    friend bool operator==(const Part& a, const Part& b) = default;
};

/// The word that WIT has for a kind: "u8", "list". "list" for fixed_list too.
std::string_view kind_name(Kind kind);
/// The kind without parts that has this name; nothing for all other words.
std::optional<Kind> find_primitive(std::string_view name);

/// The type in WIT notation, all on one line: `list<tuple<u8, string>>`, `record { a: u8 }`.
std::string type_text(const Type& type);

}  // namespace weft::value
