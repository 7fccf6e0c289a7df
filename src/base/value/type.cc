#include "base/value/type.h"

#include <algorithm>
#include <limits>
#include <unordered_set>
#include <utility>

#include "base/core/assert.h"
#include "base/value/label.h"

namespace weft::value {

struct Type::Node {
    std::vector<Part> parts = {};
    std::uint32_t length = 0;
    std::string resource = {};
    unsigned depth = 1;
    std::uint64_t wire_bytes_min = 1;

    /// What is given, not what is derived from it.
    friend bool operator==(const Node& a, const Node& b) {
        return a.length == b.length && a.resource == b.resource && a.parts == b.parts;
    }
};

namespace {

constexpr std::uint64_t bytes_most = std::numeric_limits<std::uint64_t>::max();

std::uint64_t add(std::uint64_t a, std::uint64_t b) {
    return a > bytes_most - b ? bytes_most : a + b;
}

std::uint64_t multiply(std::uint64_t a, std::uint64_t b) {
    return b != 0 && a > bytes_most / b ? bytes_most : a * b;
}

std::uint64_t primitive_bytes_min(Kind kind) {
    if (kind == Kind::f32) return 4;
    return kind == Kind::f64 ? 8 : 1;
}

std::uint64_t least_payload(const std::vector<Part>& cases) {
    std::uint64_t least = bytes_most;
    for (const auto& part : cases)
        least = std::min(least, part.type ? part.type->wire_bytes_min() : 0);
    return least;
}

std::uint64_t all_parts(const std::vector<Part>& parts) {
    std::uint64_t sum = 0;
    for (const auto& part : parts) sum = add(sum, part.type->wire_bytes_min());
    return sum;
}

std::uint64_t bytes_min(Kind kind, const std::vector<Part>& parts, std::uint32_t length) {
    switch (kind) {
        case Kind::result:
        case Kind::variant: return add(1, least_payload(parts));
        case Kind::tuple:
        case Kind::record: return all_parts(parts);
        case Kind::flags: return (parts.size() + 7) / 8;
        case Kind::fixed_list: return multiply(parts[0].type->wire_bytes_min(), length);
        default: return 1;
    }
}

Result<void> check_names(const std::vector<Part>& parts) {
    std::unordered_set<std::string_view> seen;
    for (const auto& part : parts) {
        if (!is_label(part.name))
            return fail(
                Errc::invalid_argument, "types.name_invalid",
                "'{}' is not a label; words of letters and digits with '-' between them are",
                part.name);
        if (!seen.insert(part.name).second)
            return fail(Errc::invalid_argument, "types.name_duplicate",
                        "the name '{}' is there twice", part.name);
    }
    return ok();
}

bool has_names(Kind kind) {
    return kind == Kind::record || kind == Kind::variant || kind == Kind::enum_ ||
           kind == Kind::flags;
}

Result<void> check_parts(Kind kind, const std::vector<Part>& parts) {
    const bool is_handle = kind == Kind::own || kind == Kind::borrow;
    if (parts.empty() && !is_handle)
        return fail(Errc::invalid_argument, "types.parts_missing", "a {} needs at least one part",
                    kind_name(kind));
    if (parts.size() > Type::parts_max)
        return fail(Errc::exhausted, "types.parts_exceeded", "a {} has {} parts, the limit is {}",
                    kind_name(kind), parts.size(), Type::parts_max);
    return has_names(kind) ? check_names(parts) : ok();
}

Result<void> check_resource(std::string_view name) {
    const bool visible = std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; });
    if (name.empty() || name.size() > Type::resource_bytes_max || !visible)
        return fail(Errc::invalid_argument, "types.resource_invalid",
                    "a resource needs a name of 1 to {} visible ASCII characters",
                    Type::resource_bytes_max);
    return ok();
}

Part unnamed(std::optional<Type> type) { return {.name = {}, .type = std::move(type)}; }

std::vector<Part> named(std::vector<std::string> names) {
    std::vector<Part> parts;
    parts.reserve(names.size());
    for (auto& name : names) parts.push_back({.name = std::move(name), .type = std::nullopt});
    return parts;
}

template <typename... Types>
std::vector<Part> unnamed_parts(Types... types) {
    std::vector<Part> parts;
    (parts.push_back(unnamed(std::move(types))), ...);
    return parts;
}

}  // namespace

Type::Type(Kind primitive) : kind_(primitive) {
    WEFT_ASSERT(primitive < Kind::list, "a type with parts is made from them");
}

Result<Type> Type::create(Kind kind, Node node) {
    CHECK(check_parts(kind, node.parts));
    for (const auto& part : node.parts)
        if (part.type) node.depth = std::max(node.depth, part.type->depth() + 1);
    if (node.depth > depth_max)
        return fail(Errc::exhausted, "types.depth_exceeded",
                    "types are nested {} deep, the limit is {}", node.depth, depth_max);
    node.wire_bytes_min = bytes_min(kind, node.parts, node.length);
    return Type(kind, std::make_shared<const Node>(std::move(node)));
}

Result<Type> Type::list(Type element) {
    return create(Kind::list, {.parts = unnamed_parts(std::move(element))});
}

Result<Type> Type::option(Type element) {
    return create(Kind::option, {.parts = unnamed_parts(std::move(element))});
}

Result<Type> Type::result(std::optional<Type> ok, std::optional<Type> err) {
    return create(Kind::result, {.parts = unnamed_parts(std::move(ok), std::move(err))});
}

Result<Type> Type::stream(std::optional<Type> element) {
    return create(Kind::stream, {.parts = unnamed_parts(std::move(element))});
}

Result<Type> Type::future(std::optional<Type> element) {
    return create(Kind::future, {.parts = unnamed_parts(std::move(element))});
}

Result<Type> Type::tuple(std::vector<Type> items) {
    Node node;
    for (auto& item : items) node.parts.push_back(unnamed(std::move(item)));
    return create(Kind::tuple, std::move(node));
}

Result<Type> Type::record(std::vector<Part> fields) {
    for (const auto& field : fields)
        WEFT_ASSERT(field.type.has_value(), "a field of a record has a type");
    return create(Kind::record, {.parts = std::move(fields)});
}

Result<Type> Type::variant(std::vector<Part> cases) {
    return create(Kind::variant, {.parts = std::move(cases)});
}

Result<Type> Type::enumeration(std::vector<std::string> cases) {
    return create(Kind::enum_, {.parts = named(std::move(cases))});
}

Result<Type> Type::flags(std::vector<std::string> names) {
    return create(Kind::flags, {.parts = named(std::move(names))});
}

Result<Type> Type::own(std::string resource) {
    CHECK(check_resource(resource));
    return create(Kind::own, {.resource = std::move(resource)});
}

Result<Type> Type::borrow(std::string resource) {
    CHECK(check_resource(resource));
    return create(Kind::borrow, {.resource = std::move(resource)});
}

Result<Type> Type::map(Type key, Type value) {
    const Kind kind = key.kind();
    const bool fits = kind <= Kind::u64 || kind == Kind::char_ || kind == Kind::string;
    if (!fits)
        return fail(Errc::invalid_argument, "types.key_kind",
                    "a map has keys of bool, an integer, char or string, not {}", kind_name(kind));
    return create(Kind::map, {.parts = unnamed_parts(std::move(key), std::move(value))});
}

Result<Type> Type::fixed_list(Type element, std::uint32_t length) {
    if (length == 0)
        return fail(Errc::invalid_argument, "types.length_zero",
                    "a list of fixed length has at least one element");
    return create(Kind::fixed_list, {.parts = unnamed_parts(std::move(element)), .length = length});
}

std::size_t Type::size() const { return node_ ? node_->parts.size() : 0; }

const Type* Type::part(std::size_t index) const {
    WEFT_ASSERT(index < size(), "a type has that part");
    const auto& type = node_->parts[index].type;
    return type ? &*type : nullptr;
}

std::string_view Type::name(std::size_t index) const {
    WEFT_ASSERT(index < size(), "a type has that part");
    return node_->parts[index].name;
}

std::optional<std::size_t> Type::find(std::string_view name) const {
    for (std::size_t i = 0; i < size(); ++i)
        if (node_->parts[i].name == name) return i;
    return std::nullopt;
}

std::uint32_t Type::length() const { return node_ ? node_->length : 0; }

std::string_view Type::resource() const {
    return node_ ? std::string_view(node_->resource) : std::string_view();
}

unsigned Type::depth() const { return node_ ? node_->depth : 1; }

std::uint64_t Type::wire_bytes_min() const {
    return node_ ? node_->wire_bytes_min : primitive_bytes_min(kind_);
}

bool operator==(const Type& a, const Type& b) {
    if (a.kind_ != b.kind_) return false;
    return a.node_ == b.node_ || (a.node_ && b.node_ && *a.node_ == *b.node_);
}

}  // namespace weft::value
