#include "base/value/value_json.h"

#include <cmath>

#include "base/codec/utf8.h"

namespace weft::value {
namespace {

using codec::Json;

Result<Json> convert(const Value& value, const Type& type);

Json convert_real(double real) {
    if (std::isnan(real)) return "nan";
    if (std::isinf(real)) return real < 0 ? "-inf" : "inf";
    return real;
}

Json convert_character(char32_t code_point) {
    std::string text;
    codec::append_utf8(text, code_point);
    return text;
}

Result<Json> convert_list(const Value& value, const Type& type) {
    Json out = Json::Array();
    if (const auto* const bytes = value.as_bytes()) {
        for (const auto byte : *bytes) out.push(byte);
        return out;
    }
    for (const auto& item : *value.as_items()) {
        TRY(auto json, convert(item, type.element()));
        out.push(std::move(json));
    }
    return out;
}

Result<Json> convert_tuple(const Value& value, const Type& type) {
    Json out = Json::Array();
    for (std::size_t i = 0; i < type.size(); ++i) {
        TRY(auto json, convert((*value.as_items())[i], *type.part(i)));
        out.push(std::move(json));
    }
    return out;
}

Result<Json> convert_record(const Value& value, const Type& type) {
    Json::Object out;
    for (std::size_t i = 0; i < type.size(); ++i) {
        TRY(auto json, convert((*value.as_items())[i], *type.part(i)));
        out.push_back({.key = std::string(type.name(i)), .value = std::move(json)});
    }
    return Json(std::move(out));
}

Result<Json> convert_map(const Value& value, const Type& type) {
    const bool is_object = type.part(0)->kind() == Kind::string;
    Json::Object members;
    Json::Array pairs;
    for (const auto& entry : *value.as_items()) {
        TRY(auto pair, convert_tuple(entry, type));
        if (!is_object) {
            pairs.push_back(std::move(pair));
            continue;
        }
        const auto& sides = *pair.as_array();
        members.push_back({.key = *sides.front().as_string(), .value = sides.back()});
    }
    return is_object ? Json(std::move(members)) : Json(std::move(pairs));
}

Json convert_flags(const std::vector<bool>& set, const Type& type) {
    Json out = Json::Array();
    for (std::size_t i = 0; i < set.size(); ++i)
        if (set[i]) out.push(type.name(i));
    return out;
}

Result<Json> tagged(std::string_view tag, Result<Json> payload) {
    TRY(auto json, std::move(payload));
    Json out = Json::Object();
    out.set(tag, std::move(json));
    return out;
}

Result<Json> convert_case(const Value::Choice& choice, const Type& type) {
    const auto name = type.name(choice.index);
    if (choice.payload.empty()) return Json(name);
    return tagged(name, convert(choice.payload.front(), *type.part(choice.index)));
}

Result<Json> convert_option(const Value::Choice& choice, const Type& type) {
    if (choice.payload.empty()) return Json();
    auto payload = convert(choice.payload.front(), type.element());
    const bool may_be_null = type.element().kind() == Kind::option;
    return may_be_null ? tagged("some", std::move(payload)) : std::move(payload);
}

Result<Json> convert_result(const Value::Choice& choice, const Type& type) {
    const auto* const tag = choice.index == 0 ? "ok" : "err";
    if (choice.payload.empty()) return tagged(tag, Json());
    return tagged(tag, convert(choice.payload.front(), *type.part(choice.index)));
}

Result<Json> convert(const Value& value, const Type& type) {
    switch (type.kind()) {
        case Kind::bool_: return Json(*value.as_bool());
        case Kind::s8:
        case Kind::s16:
        case Kind::s32:
        case Kind::s64: return Json(*value.as_signed());
        case Kind::u8:
        case Kind::u16:
        case Kind::u32:
        case Kind::u64: return Json(*value.as_unsigned());
        case Kind::f32: return convert_real(*value.as_real32());
        case Kind::f64: return convert_real(*value.as_real64());
        case Kind::char_: return convert_character(*value.as_character());
        case Kind::string: return Json(*value.as_string());
        case Kind::list:
        case Kind::fixed_list: return convert_list(value, type);
        case Kind::tuple: return convert_tuple(value, type);
        case Kind::record: return convert_record(value, type);
        case Kind::map: return convert_map(value, type);
        case Kind::flags: return convert_flags(*value.as_flags(), type);
        case Kind::variant:
        case Kind::enum_: return convert_case(*value.as_choice(), type);
        case Kind::option: return convert_option(*value.as_choice(), type);
        case Kind::result: return convert_result(*value.as_choice(), type);
        case Kind::own:
        case Kind::borrow:
        case Kind::stream:
        case Kind::future:
        case Kind::input_stream:
        case Kind::output_stream:
        case Kind::pollable:
        case Kind::error_context: break;
    }
    return fail(Errc::unsupported, "wave.kind_unsupported",
                "a value of type {} cannot be written as text", type_text(type));
}

}  // namespace

Result<Json> to_json(const Value& value, const Type& type) {
    CHECK(conforms(value, type));
    return convert(value, type);
}

}  // namespace weft::value
