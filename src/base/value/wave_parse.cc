#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "base/codec/utf8.h"
#include "base/value/wave_parser.h"

namespace weft::value {
namespace {

/// What a person types for a value of the type.
std::string wanted_text(const Type& type) {
    switch (type.kind()) {
        case Kind::bool_: return "true or false";
        case Kind::char_: return "a character such as 'x'";
        case Kind::string: return "a string such as \"x\"";
        case Kind::list:
        case Kind::fixed_list: return fmt::format("a list [...] of {}", type_text(type.element()));
        case Kind::tuple: return fmt::format("a tuple (...) of {} items", type.size());
        case Kind::record: return "a record {field: value}";
        case Kind::map: return "a map {key: value}";
        case Kind::flags: return "flags {a, b}";
        case Kind::variant:
        case Kind::enum_: return fmt::format("a case such as {}", type.name(0));
        case Kind::option: return fmt::format("some(...) or none, of {}", type_text(type));
        case Kind::result: return fmt::format("ok or err, of {}", type_text(type));
        default: return fmt::format("a number of type {}", kind_name(type.kind()));
    }
}

template <typename T>
bool convert(std::string_view text, T& out) {
    const auto* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, out);
    return read.ec == std::errc() && read.ptr == end;
}

template <typename T>
std::optional<Value> make_signed(std::string_view text) {
    T number = 0;
    return convert(text, number) ? std::optional(Value::signed_number(number)) : std::nullopt;
}

template <typename T>
std::optional<Value> make_unsigned(std::string_view text) {
    T number = 0;
    return convert(text, number) ? std::optional(Value::unsigned_number(number)) : std::nullopt;
}

std::optional<Value> make_number(Kind kind, std::string_view text) {
    switch (kind) {
        case Kind::s8: return make_signed<std::int8_t>(text);
        case Kind::u8: return make_unsigned<std::uint8_t>(text);
        case Kind::s16: return make_signed<std::int16_t>(text);
        case Kind::u16: return make_unsigned<std::uint16_t>(text);
        case Kind::s32: return make_signed<std::int32_t>(text);
        case Kind::u32: return make_unsigned<std::uint32_t>(text);
        case Kind::s64: return make_signed<std::int64_t>(text);
        default: return make_unsigned<std::uint64_t>(text);
    }
}

/// A float from the text of a number or keyword.
template <typename T>
std::optional<T> make_real(std::string_view text) {
    T real = 0;
    return convert(text, real) ? std::optional(real) : std::nullopt;
}

}  // namespace

Failure WaveParser::unexpected(std::string_view wanted) const {
    return fail(Errc::invalid_argument, "wave.syntax", "{}expected {}, found {}",
                scanner_.place(scanner_.offset()), wanted, scanner_.describe());
}

Failure WaveParser::mismatch(const Type& type) const {
    if (scanner_.peek() == Token::end || scanner_.peek() == Token::unknown)
        return unexpected(wanted_text(type));
    return fail(Errc::invalid_argument, "wave.type_mismatch", "{}expected {}, found {}",
                scanner_.place(scanner_.offset()), wanted_text(type), scanner_.describe());
}

Result<void> WaveParser::expect(char symbol) {
    if (scanner_.take(symbol)) return ok();
    return unexpected(fmt::format("'{}'", symbol));
}

Result<void> WaveParser::count_node() {
    if (nodes_left_ == 0)
        return fail(Errc::exhausted, "wave.nodes_exceeded", "{}there are more than {} values",
                    scanner_.place(scanner_.offset()), nodes_max_);
    --nodes_left_;
    return ok();
}

Result<void> WaveParser::finish() const {
    if (scanner_.peek() == Token::end) return ok();
    return fail(Errc::invalid_argument, "wave.trailing", "{}{} follows the last value",
                scanner_.place(scanner_.offset()), scanner_.describe());
}

Result<Value> WaveParser::read(const Type& type) {
    CHECK(count_node());
    switch (type.kind()) {
        case Kind::bool_: return read_bool();
        case Kind::f32:
        case Kind::f64: return read_real(type);
        case Kind::char_: {
            if (scanner_.peek() != Token::character) return mismatch(type);
            TRY(const auto character, scanner_.take_character());
            return Value::character(character);
        }
        case Kind::string: {
            if (scanner_.peek() != Token::string && scanner_.peek() != Token::multiline)
                return mismatch(type);
            TRY(auto string, scanner_.take_string());
            return Value::string(std::move(string));
        }
        case Kind::list:
        case Kind::fixed_list: return read_list(type);
        case Kind::tuple: return read_tuple(type);
        case Kind::record: return read_record(type);
        case Kind::map: return read_map(type);
        case Kind::flags: return read_flags(type);
        case Kind::variant:
        case Kind::enum_: return read_variant(type);
        case Kind::option: return read_option(type);
        case Kind::result: return read_result(type);
        case Kind::own:
        case Kind::borrow:
        case Kind::stream:
        case Kind::future:
        case Kind::input_stream:
        case Kind::output_stream:
        case Kind::pollable:
        case Kind::error_context:
            return fail(Errc::unsupported, "wave.kind_unsupported",
                        "{}a value of type {} cannot be written as text",
                        scanner_.place(scanner_.offset()), type_text(type));
        default: return read_number(type);
    }
}

Result<Value> WaveParser::read_bool() {
    if (scanner_.peek() == Token::label) {
        const auto label = scanner_.peek_label();
        if (label.is("true") || label.is("false")) {
            scanner_.take_label();
            return Value::boolean(label.text == "true");
        }
    }
    return mismatch(Type(Kind::bool_));
}

Result<Value> WaveParser::read_number(const Type& type) {
    if (scanner_.peek() != Token::number) return mismatch(type);
    const auto offset = scanner_.offset();
    const auto text = scanner_.take_number();
    if (auto value = make_number(type.kind(), text)) return *std::move(value);
    return fail(Errc::invalid_argument, "wave.number_range",
                "{}'{}' is not a whole number that fits in {}", scanner_.place(offset), text,
                kind_name(type.kind()));
}

Result<Value> WaveParser::read_real(const Type& type) {
    const auto offset = scanner_.offset();
    std::string_view text;
    if (scanner_.peek() == Token::number) {
        text = scanner_.take_number();
    } else {
        const auto label = scanner_.peek_label();
        if (!label.is("inf") && !label.is("nan")) return mismatch(type);
        text = scanner_.take_label().text;
    }
    if (type.kind() == Kind::f32) {
        if (const auto real = make_real<float>(text)) return Value::real32(*real);
    } else if (const auto real = make_real<double>(text)) {
        return Value::real64(*real);
    }
    return fail(Errc::invalid_argument, "wave.number_range",
                "{}'{}' is too large or too near to zero for {}", scanner_.place(offset), text,
                kind_name(type.kind()));
}

namespace {

Result<void> check_text(std::string_view text, const WaveLimits& limits) {
    if (text.size() > limits.bytes_max)
        return fail(Errc::exhausted, "wave.text_too_long", "the text has {} bytes, the limit is {}",
                    text.size(), limits.bytes_max);
    const auto bad = codec::find_invalid_utf8(text);
    if (bad == std::string_view::npos) return ok();
    return fail(Errc::invalid_argument, "wave.utf8_invalid", "{}the text is not valid UTF-8 here",
                wave_place(text, bad));
}

/// Offset of the '(' of a call.
Result<std::size_t> find_arguments(std::string_view text) {
    const auto open = text.find('(');
    if (open != std::string_view::npos && text.find_first_not_of(" \t\r\n") < open) return open;
    return fail(Errc::invalid_argument, "wave.syntax",
                "{}expected a call of the form name(argument, argument)", wave_place(text, 0));
}

}  // namespace

Result<Value> parse_wave(std::string_view text, const Type& type, WaveLimits limits) {
    CHECK(check_text(text, limits));
    WaveParser parser(text, 0, limits.nodes_max);
    TRY(auto value, parser.read(type));
    CHECK(parser.finish());
    return value;
}

Result<std::string_view> parse_call_name(std::string_view text, WaveLimits limits) {
    CHECK(check_text(text, limits));
    TRY(const auto open, find_arguments(text));
    auto name = text.substr(0, open);
    constexpr std::string_view blanks = " \t\r\n";
    name.remove_prefix(name.find_first_not_of(blanks));
    return name.substr(0, name.find_last_not_of(blanks) + 1);
}

Result<std::vector<Value>> parse_call(std::string_view text, const Function& function,
                                      WaveLimits limits) {
    CHECK(check_text(text, limits));
    TRY(const auto open, find_arguments(text));
    WaveParser parser(text, open, limits.nodes_max);
    TRY(auto arguments, parser.read_arguments(function));
    CHECK(parser.finish());
    return arguments;
}

Result<std::vector<Value>> parse_arguments(std::span<const std::string> texts,
                                           const Function& function, WaveLimits limits) {
    const auto& params = function.params;
    std::vector<Value> arguments;
    for (std::size_t i = 0; i < params.size() && i < texts.size(); ++i) {
        TRY(auto argument,
            parse_wave(texts[i], params[i].type, limits).context("argument '{}'", params[i].name));
        arguments.push_back(std::move(argument));
    }
    while (arguments.size() < params.size() && params[arguments.size()].type.kind() == Kind::option)
        arguments.push_back(Value::none());
    if (arguments.size() < params.size() || texts.size() > params.size())
        return fail(Errc::invalid_argument, "wave.size_wrong",
                    "there are {} arguments, but the function is {}", texts.size(),
                    function_text(function));
    return arguments;
}

}  // namespace weft::value
