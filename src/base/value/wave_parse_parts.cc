#include <algorithm>

#include "base/core/nearest.h"
#include "base/value/label.h"
#include "base/value/map_builder.h"
#include "base/value/wave_parser.h"

// What holds other values, and what is chosen by its name.
namespace weft::value {
namespace {

/// Whether `some(...)` or `ok(...)` may be left out around a value of the type.
bool may_stand_bare(const Type& type) {
    return type.kind() != Kind::option && type.kind() != Kind::result;
}

std::string hint(const Type& type, std::string_view word) {
    std::vector<std::string_view> names;
    names.reserve(type.size());
    for (std::size_t i = 0; i < type.size(); ++i) names.push_back(type.name(i));
    const auto close = nearest(word, names);
    if (!close.empty()) return fmt::format("did you mean '{}'?", close);
    constexpr std::size_t shown_max = 10;
    const auto shown = std::min(names.size(), shown_max);
    std::string list;
    for (std::size_t i = 0; i < shown; ++i) list.append(i == 0 ? "" : ", ").append(names[i]);
    return "there are " + list + (shown < names.size() ? " and others" : "");
}

}  // namespace

template <typename ReadItem>
Result<void> WaveParser::read_items(char close, ReadItem read_item) {
    while (!scanner_.take(close)) {
        CHECK(read_item());
        if (scanner_.take(',')) continue;
        if (!scanner_.at(close)) return unexpected(fmt::format("',' or '{}'", close));
    }
    return ok();
}

Result<Value> WaveParser::read_list(const Type& type) {
    const auto offset = scanner_.offset();
    if (!scanner_.take('[')) return mismatch(type);
    const bool is_fixed = type.kind() == Kind::fixed_list;
    if (!is_fixed && type.element().kind() == Kind::u8) return read_bytes();
    std::vector<Value> items;
    CHECK(read_items(']', [&]() -> Result<void> {
        TRY(auto item, read(type.element()));
        items.push_back(std::move(item));
        return ok();
    }));
    if (is_fixed && items.size() != type.length())
        return fail(Errc::invalid_argument, "wave.size_wrong",
                    "{}the list has {} items, its type {}", scanner_.place(offset), items.size(),
                    type_text(type));
    return Value::items(std::move(items));
}

Result<Value> WaveParser::read_bytes() {
    const Type u8(Kind::u8);
    Bytes bytes;
    CHECK(read_items(']', [&]() -> Result<void> {
        TRY(const auto number, read_number(u8));
        bytes.push_back(static_cast<std::uint8_t>(*number.as_unsigned()));
        return ok();
    }));
    return Value::bytes(std::move(bytes));
}

Result<Value> WaveParser::read_tuple(const Type& type) {
    const auto offset = scanner_.offset();
    if (!scanner_.take('(')) return mismatch(type);
    std::vector<Value> items;
    const auto wrong_size = [&] {
        return fail(Errc::invalid_argument, "wave.size_wrong",
                    "{}the tuple must have {} items, as in {}", scanner_.place(offset), type.size(),
                    type_text(type));
    };
    CHECK(read_items(')', [&]() -> Result<void> {
        if (items.size() == type.size()) return wrong_size();
        TRY(auto item, read(*type.part(items.size())));
        items.push_back(std::move(item));
        return ok();
    }));
    if (items.size() != type.size()) return wrong_size();
    return Value::items(std::move(items));
}

Result<std::vector<Value>> WaveParser::read_arguments(const Function& function) {
    const auto& params = function.params;
    const auto offset = scanner_.offset();
    CHECK(expect('('));
    std::vector<Value> arguments;
    const auto wrong_size = [&] {
        return fail(Errc::invalid_argument, "wave.size_wrong",
                    "{}too {} arguments; the function is {}", scanner_.place(offset),
                    arguments.size() < params.size() ? "few" : "many", function_text(function));
    };
    CHECK(read_items(')', [&]() -> Result<void> {
        if (arguments.size() == params.size()) return wrong_size();
        const auto& param = params[arguments.size()];
        TRY(auto argument, read(param.type).context("argument '{}'", param.name));
        arguments.push_back(std::move(argument));
        return ok();
    }));
    while (arguments.size() < params.size() && params[arguments.size()].type.kind() == Kind::option)
        arguments.push_back(Value::none());
    if (arguments.size() < params.size()) return wrong_size();
    return arguments;
}

Result<std::size_t> WaveParser::get_name(const Type& type, const Label& label,
                                         std::string_view what) const {
    if (const auto index = type.find(label.text)) return *index;
    return fail(Errc::invalid_argument, "wave.name_unknown", "{}there is no {} '{}'; {}",
                scanner_.place(label.offset), what, label.text, hint(type, label.text));
}

Result<Value> WaveParser::read_record(const Type& type) {
    const auto offset = scanner_.offset();
    if (!scanner_.take('{')) return mismatch(type);
    std::vector<std::optional<Value>> fields(type.size());
    if (scanner_.take(':')) {
        CHECK(expect('}'));
    } else {
        if (scanner_.at('}')) return unexpected("a field, or ':' for a record without any");
        CHECK(read_items('}', [&] { return read_field(type, fields); }));
    }
    TRY(auto items, complete(type, offset, std::move(fields)));
    return Value::items(std::move(items));
}

Result<void> WaveParser::read_field(const Type& type, std::vector<std::optional<Value>>& fields) {
    if (scanner_.peek() != Token::label) return unexpected("the name of a field");
    const auto label = scanner_.take_label();
    TRY(const auto index, get_name(type, label, "field"));
    if (fields[index])
        return fail(Errc::invalid_argument, "wave.name_duplicate",
                    "{}the field '{}' is given twice", scanner_.place(label.offset), label.text);
    CHECK(expect(':'));
    TRY(fields[index], read(*type.part(index)));
    return ok();
}

Result<std::vector<Value>> WaveParser::complete(const Type& type, std::size_t offset,
                                                std::vector<std::optional<Value>> fields) {
    std::vector<Value> items;
    items.reserve(fields.size());
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!fields[i]) {
            CHECK(count_node());
            if (type.part(i)->kind() != Kind::option)
                return fail(Errc::invalid_argument, "wave.field_missing",
                            "{}the record lacks its field '{}' of type {}", scanner_.place(offset),
                            type.name(i), type_text(*type.part(i)));
            fields[i] = Value::none();
        }
        items.push_back(*std::move(fields[i]));
    }
    return items;
}

Result<Value> WaveParser::read_map(const Type& type) {
    if (!scanner_.take('{')) return mismatch(type);
    MapBuilder map(type);
    if (scanner_.take(':')) {
        CHECK(expect('}'));
        return map.take();
    }
    CHECK(read_items('}', [&]() -> Result<void> {
        CHECK(count_node());
        TRY(auto key, read(*type.part(0)));
        CHECK(expect(':'));
        TRY(auto value, read(*type.part(1)));
        map.add(std::move(key), std::move(value));
        return ok();
    }));
    return map.take();
}

Result<Value> WaveParser::read_flags(const Type& type) {
    if (!scanner_.take('{')) return mismatch(type);
    std::vector<bool> set(type.size());
    CHECK(read_items('}', [&]() -> Result<void> {
        if (scanner_.peek() != Token::label) return unexpected("the name of a flag");
        const auto label = scanner_.take_label();
        TRY(const auto index, get_name(type, label, "flag"));
        if (set[index])
            return fail(Errc::invalid_argument, "wave.name_duplicate",
                        "{}the flag '{}' is given twice", scanner_.place(label.offset), label.text);
        set[index] = true;
        return ok();
    }));
    return Value::flags(std::move(set));
}

Result<Value> WaveParser::read_variant(const Type& type) {
    if (scanner_.peek() != Token::label) return mismatch(type);
    const auto label = scanner_.take_label();
    if (!label.is_marked && is_keyword(label.text)) {
        const bool is_case = type.find(label.text).has_value();
        return fail(Errc::invalid_argument, "wave.keyword_bare", "{}'{}' is a keyword here; {}",
                    scanner_.place(label.offset), label.text,
                    is_case ? fmt::format("the case is written '%{}'", label.text)
                            : hint(type, label.text));
    }
    TRY(const auto index, get_name(type, label, "case"));
    return read_payload(label, static_cast<std::uint32_t>(index), type.part(index));
}

Result<Value> WaveParser::read_payload(const Label& label, std::uint32_t index, const Type* type) {
    const bool is_given = scanner_.at('(');
    if (is_given != (type != nullptr))
        return fail(Errc::invalid_argument, "wave.payload_wrong", "{}'{}' {}",
                    scanner_.place(label.offset), label.text,
                    type == nullptr
                        ? "takes no value in parentheses"
                        : fmt::format("needs a value of type {} in parentheses", type_text(*type)));
    if (type == nullptr) return Value::choice(index);
    CHECK(expect('('));
    TRY(auto payload, read(*type));
    CHECK(expect(')'));
    return Value::choice(index, std::move(payload));
}

Result<Value> WaveParser::read_option(const Type& type) {
    if (scanner_.peek() == Token::label) {
        const auto label = scanner_.peek_label();
        if (label.is("some") || label.is("none")) {
            scanner_.take_label();
            const bool is_some = label.text == "some";
            return read_payload(label, is_some ? 1 : 0, is_some ? type.part(0) : nullptr);
        }
    }
    if (!may_stand_bare(type.element())) return mismatch(type);
    TRY(auto payload, read(type.element()));
    return Value::some(std::move(payload));
}

Result<Value> WaveParser::read_result(const Type& type) {
    if (scanner_.peek() == Token::label) {
        const auto label = scanner_.peek_label();
        if (label.is("ok") || label.is("err")) {
            scanner_.take_label();
            const std::uint32_t index = label.text == "ok" ? 0 : 1;
            return read_payload(label, index, type.part(index));
        }
    }
    const Type* const ok_type = type.part(0);
    if (ok_type == nullptr || !may_stand_bare(*ok_type)) return mismatch(type);
    TRY(auto payload, read(*ok_type));
    return Value::choice(0, std::move(payload));
}

}  // namespace weft::value
