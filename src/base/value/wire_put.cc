#include "base/value/wire_put.h"

#include "base/core/assert.h"

namespace weft::value {
namespace {

/// Dereferences what conforming values always have.
template <typename T>
decltype(auto) sure(const T& held) {
    WEFT_ASSERT(held, "a value that is written is one of its type");
    return *held;
}

void put_items(WireWriter& writer, const Value& value, const Type& element) {
    for (const auto& item : sure(value.as_items())) put_value(writer, item, element);
}

void put_list(WireWriter& writer, const Value& value, const Type& type) {
    if (type.element().kind() == Kind::u8) return writer.bytes(sure(value.as_bytes()));
    writer.count(sure(value.as_items()).size());
    put_items(writer, value, type.element());
}

void put_fields(WireWriter& writer, const Value& value, const Type& type) {
    const auto& items = sure(value.as_items());
    WEFT_ASSERT(items.size() == type.size(), "a record has all its fields");
    for (std::size_t i = 0; i < items.size(); ++i) put_value(writer, items[i], *type.part(i));
}

void put_map(WireWriter& writer, const Value& value, const Type& type) {
    const auto& entries = sure(value.as_items());
    writer.count(entries.size());
    for (const auto& entry : entries) put_fields(writer, entry, type);
}

void put_choice(WireWriter& writer, const Value& value, const Type* payload) {
    const auto& choice = sure(value.as_choice());
    writer.case_index(choice.index);
    WEFT_ASSERT(choice.payload.empty() == (payload == nullptr), "a case has its payload");
    if (payload != nullptr) put_value(writer, choice.payload.front(), *payload);
}

void put_flags(WireWriter& writer, const Value& value, const Type& type) {
    const auto& set = sure(value.as_flags());
    WEFT_ASSERT(set.size() == type.size(), "there is a bool for each flag");
    for (std::size_t first = 0; first < set.size(); first += 8) {
        std::uint8_t byte = 0;
        for (std::size_t i = first; i < set.size() && i < first + 8; ++i)
            if (set[i]) byte = static_cast<std::uint8_t>(byte | (1U << (i - first)));
        writer.u8(byte);
    }
}

/// Without an element type the items are empty: only their number is written.
void put_stream(WireWriter& writer, const Value& value, const Type& type) {
    const Type* const element = type.part(0);
    if (element != nullptr && element->kind() == Kind::u8)
        return writer.bytes(sure(value.as_bytes()));
    writer.count(sure(value.as_items()).size());
    if (element != nullptr) put_items(writer, value, *element);
}

/// The payload's type of what was chosen.
const Type* chosen_part(const Value& value, const Type& type) {
    const auto index = sure(value.as_choice()).index;
    switch (type.kind()) {
        case Kind::option:
        case Kind::future: return index == 0 ? nullptr : type.part(0);
        default: return type.part(index);
    }
}

void put_number(WireWriter& writer, const Value& value, Kind kind) {
    switch (kind) {
        case Kind::s8: return writer.s8(static_cast<std::int8_t>(sure(value.as_signed())));
        case Kind::u8: return writer.u8(static_cast<std::uint8_t>(sure(value.as_unsigned())));
        case Kind::s16:
        case Kind::s32:
        case Kind::s64: return writer.s64(sure(value.as_signed()));
        default: return writer.u64(sure(value.as_unsigned()));
    }
}

}  // namespace

void put_value(WireWriter& writer, const Value& value, const Type& type) {
    switch (type.kind()) {
        case Kind::bool_: return writer.boolean(sure(value.as_bool()));
        case Kind::s8:
        case Kind::u8:
        case Kind::s16:
        case Kind::u16:
        case Kind::s32:
        case Kind::u32:
        case Kind::s64:
        case Kind::u64: return put_number(writer, value, type.kind());
        case Kind::f32: return writer.f32(sure(value.as_real32()));
        case Kind::f64: return writer.f64(sure(value.as_real64()));
        case Kind::char_: return writer.character(sure(value.as_character()));
        case Kind::string: return writer.string(sure(value.as_string()));
        case Kind::list: return put_list(writer, value, type);
        case Kind::tuple:
        case Kind::record: return put_fields(writer, value, type);
        case Kind::option:
        case Kind::result:
        case Kind::variant:
        case Kind::enum_:
        case Kind::future: return put_choice(writer, value, chosen_part(value, type));
        case Kind::flags: return put_flags(writer, value, type);
        case Kind::own:
        case Kind::borrow: return writer.bytes(sure(value.as_bytes()));
        case Kind::stream: return put_stream(writer, value, type);
        case Kind::map: return put_map(writer, value, type);
        case Kind::fixed_list: return put_items(writer, value, type.element());
        case Kind::input_stream:
        case Kind::output_stream:
        case Kind::pollable:
        case Kind::error_context: break;
    }
    WEFT_ASSERT(false, "what has no values of ours was refused before");
}

Bytes wire_bytes(const Value& value, const Type& type) {
    Bytes out;
    WireWriter writer(out);
    put_value(writer, value, type);
    return out;
}

}  // namespace weft::value
