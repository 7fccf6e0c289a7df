#include "base/value/type_reader.h"

#include <array>
#include <limits>

#include "base/core/nearest.h"

namespace weft::value {
namespace {

using codec::Json;

constexpr std::array<std::string_view, 31> words = {
    "bool",          "s8",       "u8",      "s16",           "u16",
    "s32",           "u32",      "s64",     "u64",           "f32",
    "f64",           "char",     "string",  "error-context", "input-stream",
    "output-stream", "pollable", "list",    "option",        "result",
    "tuple",         "record",   "variant", "enum",          "flags",
    "own",           "borrow",   "stream",  "future",        "map",
    "fixed_list"};

constexpr std::size_t shown_max = 100;

Failure unknown_kind(std::string_view word, const TreePath& place) {
    const auto close = nearest(word, words);
    return fail(Errc::invalid_argument, "types.kind_unknown",
                "{}: '{}' is not a kind of type{}{}{}", place.text(), word.substr(0, shown_max),
                close.empty() ? "" : "; did you mean '", close, close.empty() ? "" : "'?");
}

}  // namespace

Failure wrong_form(const TreePath& place, std::string_view wanted) {
    const auto where = place.text();
    return fail(Errc::invalid_argument, "types.form_wrong", "{}{}here must be {}", where,
                where.empty() ? "" : ": ", wanted);
}

Result<const Json::Array*> read_array(const Json& json, const TreePath& place, std::size_t size,
                                      std::string_view wanted) {
    const auto* const items = json.as_array();
    if (items == nullptr || (size != 0 && items->size() != size)) return wrong_form(place, wanted);
    return items;
}

Result<std::string> read_text(const Json& json, const TreePath& place) {
    const auto* const text = json.as_string();
    if (text == nullptr) return wrong_form(place, "a string");
    return *text;
}

Result<std::vector<std::string>> read_texts(const Json& json, const TreePath& place) {
    TRY(const auto* const items, read_array(json, place, 0, "an array of strings"));
    std::vector<std::string> texts;
    texts.reserve(items->size());
    for (std::size_t i = 0; i < items->size(); ++i) {
        TRY(auto text, read_text((*items)[i], TreePath(place, i)));
        texts.push_back(std::move(text));
    }
    return texts;
}

Result<void> TypeReader::count(std::size_t types, const TreePath& place) {
    if (types > types_left_)
        return fail(Errc::exhausted, "types.types_exceeded", "{}: there are more than {} types",
                    place.text(), types_max_);
    types_left_ -= types;
    return ok();
}

Result<Type> TypeReader::read(const Json& json, const TreePath& place) {
    CHECK(count(1, place));
    if (const auto* const word = json.as_string()) {
        const auto kind = find_primitive(*word);
        if (!kind) return unknown_kind(*word, place);
        return Type(*kind);
    }
    const auto* const object = json.as_object();
    if (object == nullptr || object->size() != 1)
        return wrong_form(place, "a type: a string, or an object with one member");
    const auto& member = object->front();
    return read_tagged(member.key, member.value, TreePath(place, member.key));
}

Result<Type> TypeReader::read_tagged(std::string_view tag, const Json& json,
                                     const TreePath& place) {
    if (tag == "list" || tag == "option") {
        TRY(auto element, read(json, place));
        return placed(
            tag == "list" ? Type::list(std::move(element)) : Type::option(std::move(element)),
            place);
    }
    if (tag == "stream" || tag == "future") {
        TRY(auto element, read_maybe(json, place));
        return placed(
            tag == "stream" ? Type::stream(std::move(element)) : Type::future(std::move(element)),
            place);
    }
    if (tag == "record" || tag == "variant") {
        const bool is_record = tag == "record";
        TRY(auto parts, read_pairs(json, place, is_record ? Null::refused : Null::allowed));
        return placed(is_record ? Type::record(std::move(parts)) : Type::variant(std::move(parts)),
                      place);
    }
    if (tag == "enum" || tag == "flags") {
        TRY(auto names, read_texts(json, place));
        CHECK(count(names.size(), place));
        return placed(
            tag == "enum" ? Type::enumeration(std::move(names)) : Type::flags(std::move(names)),
            place);
    }
    if (tag == "own" || tag == "borrow") {
        TRY(auto name, read_text(json, place));
        return placed(tag == "own" ? Type::own(std::move(name)) : Type::borrow(std::move(name)),
                      place);
    }
    if (tag == "tuple") {
        TRY(auto items, read_items(json, place));
        return placed(Type::tuple(std::move(items)), place);
    }
    if (tag == "result") return read_result(json, place);
    if (tag == "map") return read_map(json, place);
    if (tag == "fixed_list") return read_fixed_list(json, place);
    return unknown_kind(tag, place);
}

Result<std::optional<Type>> TypeReader::read_maybe(const Json& json, const TreePath& place) {
    if (json.is_null()) return std::optional<Type>();
    TRY(auto type, read(json, place));
    return std::optional<Type>(std::move(type));
}

Result<Part> TypeReader::read_pair(const Json& json, const TreePath& place, Null null) {
    TRY(const auto* const pair, read_array(json, place, 2, "a name and a type, [\"name\", type]"));
    TRY(auto name, read_text((*pair)[0], place));
    const TreePath inner(place, name);
    if (null == Null::refused && (*pair)[1].is_null()) return wrong_form(inner, "a type, not null");
    CHECK(count(1, place));
    TRY(auto type, read_maybe((*pair)[1], inner));
    return Part{.name = std::move(name), .type = std::move(type)};
}

Result<std::vector<Part>> TypeReader::read_pairs(const Json& json, const TreePath& place,
                                                 Null null) {
    TRY(const auto* const items, read_array(json, place, 0, "an array of names with types"));
    std::vector<Part> parts;
    for (std::size_t i = 0; i < items->size(); ++i) {
        TRY(auto part, read_pair((*items)[i], TreePath(place, i), null));
        parts.push_back(std::move(part));
    }
    return parts;
}

Result<std::vector<Type>> TypeReader::read_items(const Json& json, const TreePath& place) {
    TRY(const auto* const items, read_array(json, place, 0, "an array of types"));
    std::vector<Type> types;
    for (std::size_t i = 0; i < items->size(); ++i) {
        TRY(auto type, read((*items)[i], TreePath(place, i)));
        types.push_back(std::move(type));
    }
    return types;
}

Result<Type> TypeReader::read_result(const Json& json, const TreePath& place) {
    TRY(const auto* const sides, read_array(json, place, 2, "two types, each may be null"));
    TRY(auto ok, read_maybe((*sides)[0], TreePath(place, 0U)));
    TRY(auto err, read_maybe((*sides)[1], TreePath(place, 1U)));
    return placed(Type::result(std::move(ok), std::move(err)), place);
}

Result<Type> TypeReader::read_map(const Json& json, const TreePath& place) {
    TRY(const auto* const sides, read_array(json, place, 2, "the types of keys and values"));
    TRY(auto key, read((*sides)[0], TreePath(place, 0U)));
    TRY(auto value, read((*sides)[1], TreePath(place, 1U)));
    return placed(Type::map(std::move(key), std::move(value)), place);
}

Result<Type> TypeReader::read_fixed_list(const Json& json, const TreePath& place) {
    TRY(const auto* const sides, read_array(json, place, 2, "a type and a length"));
    TRY(auto element, read((*sides)[0], TreePath(place, 0U)));
    const auto length = (*sides)[1].as_uint();
    if (!length || *length > std::numeric_limits<std::uint32_t>::max())
        return wrong_form(TreePath(place, 1U), "a length from 1 to 4294967295");
    return placed(Type::fixed_list(std::move(element), static_cast<std::uint32_t>(*length)), place);
}

}  // namespace weft::value
