#include <array>
#include <charconv>
#include <cmath>

#include "base/codec/utf8.h"
#include "base/value/label.h"
#include "base/value/wave.h"
#include "base/value/wave_escape.h"

namespace weft::value {
namespace {

/// Writes values that conform to their types.
class WavePrinter {
  public:
    Result<void> print(const Value& value, const Type& type) {
        switch (type.kind()) {
            case Kind::bool_: out_ += *value.as_bool() ? "true" : "false"; return ok();
            case Kind::f32: print_real(*value.as_real32()); return ok();
            case Kind::f64: print_real(*value.as_real64()); return ok();
            case Kind::char_: print_character(*value.as_character()); return ok();
            case Kind::string: print_string(*value.as_string()); return ok();
            case Kind::list:
            case Kind::fixed_list: return print_list(value, type);
            case Kind::tuple: return print_tuple(value, type);
            case Kind::record: return print_record(value, type);
            case Kind::map: return print_map(value, type);
            case Kind::flags: print_flags(*value.as_flags(), type); return ok();
            case Kind::variant:
            case Kind::enum_: return print_case(*value.as_choice(), type);
            case Kind::option: return print_option(*value.as_choice(), type);
            case Kind::result: return print_result(*value.as_choice(), type);
            case Kind::own:
            case Kind::borrow:
            case Kind::stream:
            case Kind::future:
            case Kind::input_stream:
            case Kind::output_stream:
            case Kind::pollable:
            case Kind::error_context:
                return fail(Errc::unsupported, "wave.kind_unsupported",
                            "a value of type {} cannot be written as text", type_text(type));
            default: print_number(value); return ok();
        }
    }
    std::string take() { return std::move(out_); }

  private:
    template <typename T>
    void append(T number) {
        std::array<char, 64> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        out_.append(digits.data(), end);
    }

    void print_number(const Value& value) {
        if (const auto number = value.as_unsigned())
            append(*number);
        else
            append(*value.as_signed());
    }

    template <typename T>
    void print_real(T real) {
        if (std::isnan(real))
            out_ += "nan";
        else
            append(real);  // "inf" and "-inf" too
    }

    void print_character(char32_t code_point) {
        out_ += '\'';
        append_wave_char(out_, code_point);
        out_ += '\'';
    }

    void print_string(std::string_view text) {
        out_ += '"';
        while (!text.empty()) {
            const auto next = codec::decode_utf8(text);
            append_wave_char(out_, next.code_point);
            text.remove_prefix(next.bytes);
        }
        out_ += '"';
    }

    void separate(std::size_t index) { out_ += index == 0 ? "" : ", "; }

    Result<void> print_list(const Value& value, const Type& type) {
        out_ += '[';
        if (const auto* const bytes = value.as_bytes()) {
            for (std::size_t i = 0; i < bytes->size(); ++i) {
                separate(i);
                append((*bytes)[i]);
            }
        } else {
            const auto& items = *value.as_items();
            for (std::size_t i = 0; i < items.size(); ++i) {
                separate(i);
                CHECK(print(items[i], type.element()));
            }
        }
        out_ += ']';
        return ok();
    }

    Result<void> print_tuple(const Value& value, const Type& type) {
        out_ += '(';
        for (std::size_t i = 0; i < type.size(); ++i) {
            separate(i);
            CHECK(print((*value.as_items())[i], *type.part(i)));
        }
        out_ += ')';
        return ok();
    }

    Result<void> print_record(const Value& value, const Type& type) {
        out_ += '{';
        std::size_t printed = 0;
        for (std::size_t i = 0; i < type.size(); ++i) {
            const auto& field = (*value.as_items())[i];
            const Type& field_type = *type.part(i);
            if (field_type.kind() == Kind::option && field.as_choice()->index == 0) continue;
            separate(printed++);
            out_.append(type.name(i)).append(": ");
            CHECK(print(field, field_type));
        }
        out_ += printed == 0 ? ":}" : "}";
        return ok();
    }

    Result<void> print_map(const Value& value, const Type& type) {
        out_ += '{';
        const auto& entries = *value.as_items();
        for (std::size_t i = 0; i < entries.size(); ++i) {
            separate(i);
            CHECK(print(entries[i].as_items()->front(), *type.part(0)));
            out_ += ": ";
            CHECK(print(entries[i].as_items()->back(), *type.part(1)));
        }
        out_ += '}';
        return ok();
    }

    void print_flags(const std::vector<bool>& set, const Type& type) {
        out_ += '{';
        std::size_t printed = 0;
        for (std::size_t i = 0; i < set.size(); ++i) {
            if (!set[i]) continue;
            separate(printed++);
            out_ += type.name(i);
        }
        out_ += '}';
    }

    Result<void> print_payload(const Value::Choice& choice, const Type* type) {
        if (choice.payload.empty()) return ok();
        out_ += '(';
        CHECK(print(choice.payload.front(), *type));
        out_ += ')';
        return ok();
    }

    Result<void> print_case(const Value::Choice& choice, const Type& type) {
        const auto name = type.name(choice.index);
        if (is_keyword(name)) out_ += '%';
        out_ += name;
        return print_payload(choice, type.part(choice.index));
    }

    Result<void> print_option(const Value::Choice& choice, const Type& type) {
        out_ += choice.index == 0 ? "none" : "some";
        return print_payload(choice, type.part(0));
    }

    Result<void> print_result(const Value::Choice& choice, const Type& type) {
        out_ += choice.index == 0 ? "ok" : "err";
        return print_payload(choice, type.part(choice.index));
    }

    std::string out_;
};

}  // namespace

bool has_wave_notation(const Type& type) {
    switch (type.kind()) {
        case Kind::own:
        case Kind::borrow:
        case Kind::stream:
        case Kind::future:
        case Kind::input_stream:
        case Kind::output_stream:
        case Kind::pollable:
        case Kind::error_context: return false;
        default: break;
    }
    for (std::size_t i = 0; i < type.size(); ++i)
        if (type.part(i) != nullptr && !has_wave_notation(*type.part(i))) return false;
    return true;
}

Result<std::string> print_wave(const Value& value, const Type& type) {
    CHECK(conforms(value, type));
    WavePrinter printer;
    CHECK(printer.print(value, type));
    return printer.take();
}

}  // namespace weft::value
