#include <limits>
#include <unordered_set>

#include "base/codec/utf8.h"
#include "base/value/tree_path.h"
#include "base/value/value.h"
#include "base/value/wire_put.h"

namespace weft::value {
namespace {

Failure wrong_form(const TreePath& place, const Type& type) {
    return fail(Errc::invalid_argument, "value.form_wrong", "{}it is not of type {}",
                place.prefix(), type_text(type));
}

Result<void> check(const Value& value, const Type& type, const TreePath& place);

struct Range {
    std::int64_t min;
    std::uint64_t max;
};

template <typename T>
constexpr Range range_of() {
    return {std::numeric_limits<T>::min(),
            static_cast<std::uint64_t>(std::numeric_limits<T>::max())};
}

Range range_of(Kind kind) {
    switch (kind) {
        case Kind::s8: return range_of<std::int8_t>();
        case Kind::u8: return range_of<std::uint8_t>();
        case Kind::s16: return range_of<std::int16_t>();
        case Kind::u16: return range_of<std::uint16_t>();
        case Kind::s32: return range_of<std::int32_t>();
        case Kind::u32: return range_of<std::uint32_t>();
        case Kind::s64: return range_of<std::int64_t>();
        default: return {0, std::numeric_limits<std::uint64_t>::max()};
    }
}

Result<void> check_unsigned(const Value& value, const Type& type, const TreePath& place) {
    const auto number = value.as_unsigned();
    if (!number) return wrong_form(place, type);
    if (*number > range_of(type.kind()).max)
        return fail(Errc::invalid_argument, "value.number_range", "{}{} does not fit in {}",
                    place.prefix(), *number, kind_name(type.kind()));
    return ok();
}

Result<void> check_signed(const Value& value, const Type& type, const TreePath& place) {
    const auto number = value.as_signed();
    if (!number) return wrong_form(place, type);
    const auto range = range_of(type.kind());
    if (*number < range.min || *number > static_cast<std::int64_t>(range.max))
        return fail(Errc::invalid_argument, "value.number_range", "{}{} does not fit in {}",
                    place.prefix(), *number, kind_name(type.kind()));
    return ok();
}

Result<void> check_character(const Value& value, const Type& type, const TreePath& place) {
    const auto held = value.as_character();
    if (!held) return wrong_form(place, type);
    if (*held > 0x10FFFF || (*held >= 0xD800 && *held <= 0xDFFF))
        return fail(Errc::invalid_argument, "value.text_invalid",
                    "{}U+{:04X} is not a Unicode scalar value", place.prefix(),
                    static_cast<std::uint32_t>(*held));
    return ok();
}

Result<void> check_string(const Value& value, const Type& type, const TreePath& place) {
    if (value.as_string() == nullptr) return wrong_form(place, type);
    if (codec::find_invalid_utf8(*value.as_string()) != std::string::npos)
        return fail(Errc::invalid_argument, "value.text_invalid", "{}the string is not valid UTF-8",
                    place.prefix());
    return ok();
}

/// Bytes where the elements are u8 and `bytes_allowed`, items of that type elsewhere.
Result<void> check_elements(const Value& value, const Type& type, const TreePath& place) {
    const Type* const element = type.part(0);
    const bool is_bytes =
        type.kind() != Kind::fixed_list && element != nullptr && element->kind() == Kind::u8;
    if (is_bytes) return value.as_bytes() != nullptr ? ok() : wrong_form(place, type);
    const auto* const items = value.as_items();
    if (items == nullptr) return wrong_form(place, type);
    if (type.kind() == Kind::fixed_list && items->size() != type.length())
        return fail(Errc::invalid_argument, "value.size_wrong", "{}it has {} items, its type {}",
                    place.prefix(), items->size(), type.length());
    for (std::size_t i = 0; i < items->size(); ++i) {
        const TreePath inner(place, i);
        if (element != nullptr)
            CHECK(check((*items)[i], *element, inner));
        else if (const auto* const empty = (*items)[i].as_items(); !empty || !empty->empty())
            return fail(Errc::invalid_argument, "value.form_wrong",
                        "{}an item of a stream of nothing has no items", inner.prefix());
    }
    return ok();
}

/// Of records and tuples; the pairs of a map are tuples.
Result<void> check_fields(const Value& value, const Type& type, const TreePath& place) {
    const auto* const items = value.as_items();
    if (items == nullptr) return wrong_form(place, type);
    if (items->size() != type.size())
        return fail(Errc::invalid_argument, "value.size_wrong", "{}it has {} items, its type {}",
                    place.prefix(), items->size(), type.size());
    for (std::size_t i = 0; i < items->size(); ++i) {
        const auto name = type.name(i);
        if (name.empty())
            CHECK(check((*items)[i], *type.part(i), TreePath(place, i)));
        else
            CHECK(check((*items)[i], *type.part(i), TreePath(place, name)));
    }
    return ok();
}

Result<void> check_map(const Value& value, const Type& type, const TreePath& place) {
    const auto* const entries = value.as_items();
    if (entries == nullptr) return wrong_form(place, type);
    std::unordered_set<std::string> keys;
    for (std::size_t i = 0; i < entries->size(); ++i) {
        const TreePath inner(place, i);
        CHECK(check_fields((*entries)[i], type, inner));
        const auto key = wire_bytes((*entries)[i].as_items()->front(), *type.part(0));
        if (!keys.insert(std::string(as_text(key))).second)
            return fail(Errc::invalid_argument, "value.key_duplicate",
                        "{}a key of the map is there twice", inner.prefix());
    }
    return ok();
}

Result<void> check_choice(const Value& value, const Type& type, const TreePath& place) {
    const auto* const choice = value.as_choice();
    if (choice == nullptr) return wrong_form(place, type);
    const bool has_empty_case = type.kind() == Kind::option || type.kind() == Kind::future;
    const std::size_t cases = has_empty_case ? 2 : type.size();
    if (choice->index >= cases)
        return fail(Errc::invalid_argument, "value.case_unknown", "{}there is no case {} of {}",
                    place.prefix(), choice->index, cases);
    const Type* const payload =
        has_empty_case ? (choice->index == 0 ? nullptr : type.part(0)) : type.part(choice->index);
    if (choice->payload.size() != (payload == nullptr ? 0 : 1))
        return fail(Errc::invalid_argument, "value.payload_wrong", "{}case {} has {} payload",
                    place.prefix(), choice->index, payload == nullptr ? "no" : "a");
    if (payload == nullptr) return ok();
    const auto name = type.name(has_empty_case ? 0 : choice->index);
    return check(choice->payload.front(), *payload,
                 TreePath(place, name.empty() ? "payload" : name));
}

Result<void> check_flags(const Value& value, const Type& type, const TreePath& place) {
    const auto* const set = value.as_flags();
    if (set == nullptr) return wrong_form(place, type);
    if (set->size() != type.size())
        return fail(Errc::invalid_argument, "value.size_wrong", "{}it has {} flags, its type {}",
                    place.prefix(), set->size(), type.size());
    return ok();
}

Result<void> check(const Value& value, const Type& type, const TreePath& place) {
    switch (type.kind()) {
        case Kind::bool_: return value.as_bool() ? ok() : wrong_form(place, type);
        case Kind::s8:
        case Kind::s16:
        case Kind::s32:
        case Kind::s64: return check_signed(value, type, place);
        case Kind::u8:
        case Kind::u16:
        case Kind::u32:
        case Kind::u64: return check_unsigned(value, type, place);
        case Kind::f32: return value.as_real32() ? ok() : wrong_form(place, type);
        case Kind::f64: return value.as_real64() ? ok() : wrong_form(place, type);
        case Kind::char_: return check_character(value, type, place);
        case Kind::string: return check_string(value, type, place);
        case Kind::list:
        case Kind::fixed_list:
        case Kind::stream: return check_elements(value, type, place);
        case Kind::tuple:
        case Kind::record: return check_fields(value, type, place);
        case Kind::map: return check_map(value, type, place);
        case Kind::option:
        case Kind::result:
        case Kind::variant:
        case Kind::enum_:
        case Kind::future: return check_choice(value, type, place);
        case Kind::flags: return check_flags(value, type, place);
        case Kind::own:
        case Kind::borrow: return value.as_bytes() != nullptr ? ok() : wrong_form(place, type);
        case Kind::input_stream:
        case Kind::output_stream:
        case Kind::pollable:
        case Kind::error_context: break;
    }
    return fail(Errc::unsupported, "value.kind_unsupported", "there are no values of {} yet",
                kind_name(type.kind()));
}

}  // namespace

Result<void> conforms(const Value& value, const Type& type) {
    return check(value, type, TreePath());
}

}  // namespace weft::value
