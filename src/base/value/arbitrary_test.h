#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "base/codec/utf8.h"
#include "base/value/value.h"
#include "base/value/world.h"

namespace weft::value {

/// Makes types and values from a sequence of numbers: random ones in tests, the input in fuzzing.
/// Sizes are small, edges of ranges frequent. A sequence of zeros ends it soon.
class Arbitrary {
  public:
    /// Whether types that have no notation in WAVE are made too.
    enum class Handles { yes, no };

    Arbitrary(std::function<std::uint64_t()> next, Handles handles)
        : next_(std::move(next)), handles_(handles) {}

    Type type(unsigned depth = 4) {
        const auto primitives = static_cast<std::uint64_t>(Kind::error_context);
        if (depth <= 1 || below(3) == 0) return Type(static_cast<Kind>(below(primitives)));
        const unsigned inner = depth - 1;
        switch (below(handles_ == Handles::yes ? 14 : 10)) {
            case 0: return Type::list(type(inner)).value();
            case 1: return Type::option(type(inner)).value();
            case 2: return Type::result(maybe_type(inner), maybe_type(inner)).value();
            case 3: return Type::tuple(types(inner)).value();
            case 4: return Type::record(parts(inner, false)).value();
            case 5: return Type::variant(parts(inner, true)).value();
            case 6: return Type::enumeration(labels()).value();
            case 7: return Type::flags(labels()).value();
            case 8: return Type::map(key_type(), type(inner)).value();
            case 9: return Type::fixed_list(type(inner), 1 + small()).value();
            case 10: return Type::own("bucket").value();
            case 11: return Type::borrow("bucket").value();
            case 12: return Type::stream(maybe_type(inner)).value();
            default: return Type::future(maybe_type(inner)).value();
        }
    }

    Value value(const Type& type) {
        switch (type.kind()) {
            case Kind::bool_: return Value::boolean(below(2) == 1);
            case Kind::s8: return Value::signed_number(number<std::int8_t>());
            case Kind::u8: return Value::unsigned_number(number<std::uint8_t>());
            case Kind::s16: return Value::signed_number(number<std::int16_t>());
            case Kind::u16: return Value::unsigned_number(number<std::uint16_t>());
            case Kind::s32: return Value::signed_number(number<std::int32_t>());
            case Kind::u32: return Value::unsigned_number(number<std::uint32_t>());
            case Kind::s64: return Value::signed_number(number<std::int64_t>());
            case Kind::u64: return Value::unsigned_number(number<std::uint64_t>());
            case Kind::f32: return Value::real32(real<float, std::uint32_t>());
            case Kind::f64: return Value::real64(real<double, std::uint64_t>());
            case Kind::char_: return Value::character(character());
            case Kind::string: return Value::string(string());
            case Kind::own:
            case Kind::borrow: return Value::bytes(bytes());
            case Kind::list:
            case Kind::stream: return list(type);
            case Kind::fixed_list: return items(&type.element(), type.length());
            case Kind::tuple:
            case Kind::record: return fields(type);
            case Kind::map: return map(type);
            case Kind::option:
            case Kind::future: return choice(static_cast<std::uint32_t>(below(2)), nullptr, type);
            case Kind::result:
            case Kind::variant:
            case Kind::enum_: return any_case(type);
            case Kind::flags: return flags(type);
            case Kind::input_stream:
            case Kind::output_stream:
            case Kind::pollable:
            case Kind::error_context: break;
        }
        return Value::none();
    }

    Function function() {
        Function function{.name = label(0), .is_async = below(2) == 1, .params = {}, .result = {}};
        const auto count = small();
        for (std::uint32_t i = 0; i < count; ++i)
            function.params.push_back({.name = label(i), .type = type(3)});
        function.result = maybe_type(3);
        return function;
    }

    World world() { return {.imports = interfaces(), .exports = interfaces()}; }

    std::uint64_t below(std::uint64_t end) { return next_() % end; }

  private:
    std::uint32_t small() { return static_cast<std::uint32_t>(below(4)); }

    std::optional<Type> maybe_type(unsigned depth) {
        return below(3) == 0 ? std::nullopt : std::optional(type(depth));
    }

    std::vector<Type> types(unsigned depth) {
        std::vector<Type> out;
        for (std::uint32_t i = 0; i <= small(); ++i) out.push_back(type(depth));
        return out;
    }

    /// Different ones for different indices; keywords of WAVE among them.
    std::string label(std::uint64_t index) {
        constexpr std::array words = {"ok",  "err", "some", "none",    "true",
                                      "nan", "a",   "b-c",  "HTTP2-x", "z9"};
        std::string out = words[below(words.size())];
        return index == 0 ? out : out + "-n" + std::to_string(index);
    }

    std::vector<std::string> labels() {
        std::vector<std::string> out;
        const auto count = 1 + below(11);
        for (std::uint64_t i = 0; i < count; ++i) out.push_back(label(i));
        return out;
    }

    std::vector<Part> parts(unsigned depth, bool may_be_empty) {
        std::vector<Part> out;
        const auto count = 1 + small();
        for (std::uint32_t i = 0; i < count; ++i)
            out.push_back(
                {.name = label(i), .type = may_be_empty ? maybe_type(depth) : type(depth)});
        return out;
    }

    Type key_type() {
        constexpr std::array kinds = {Kind::bool_, Kind::s8,    Kind::u16,
                                      Kind::u64,   Kind::char_, Kind::string};
        return Type(kinds[below(kinds.size())]);
    }

    std::vector<Interface> interfaces() {
        std::vector<Interface> out;
        constexpr std::array names = {"", "wasi:cli/run@0.2.0", "inline"};
        for (std::uint32_t i = 0; i < below(names.size() + 1); ++i) {
            out.push_back({.name = names[i], .functions = {}, .resources = {}});
            if (below(2) == 1) out.back().resources.push_back(label(0));
            if (below(4) == 0) continue;
            out.back().functions.push_back(function());
            auto method = function();
            method.name = "[method]" + label(0) + "." + label(1);
            out.back().functions.push_back(std::move(method));
        }
        return out;
    }

    template <typename T>
    T number() {
        const auto bits = next_();
        switch (below(6)) {
            case 0: return std::numeric_limits<T>::max();
            case 1: return std::numeric_limits<T>::min();
            case 2: return static_cast<T>(bits % 3 + 62);
            case 3: return static_cast<T>(bits % 5 + 126);
            case 4: return static_cast<T>(bits >> (bits % 64));
            default: return static_cast<T>(bits);
        }
    }

    template <typename T, typename Bits>
    T real() {
        constexpr std::array<T, 8> edges = {0,
                                            T(-0.0),
                                            1,
                                            std::numeric_limits<T>::infinity(),
                                            -std::numeric_limits<T>::infinity(),
                                            std::numeric_limits<T>::denorm_min(),
                                            std::numeric_limits<T>::max(),
                                            std::numeric_limits<T>::quiet_NaN()};
        if (below(2) == 0) return edges[below(edges.size())];
        return std::bit_cast<T>(static_cast<Bits>(next_()));
    }

    char32_t character() {
        constexpr std::array<char32_t, 14> edges = {U'a',   U'"',   U'\'',  U'\\',   U'\n',
                                                    U'\r',  U'\t',  0,      0x7F,    0x9B,
                                                    0x202E, 0xD7FF, 0xE000, 0x10FFFF};
        if (below(2) == 0) return edges[below(edges.size())];
        const auto any = static_cast<char32_t>(below(0x110000));
        return any >= 0xD800 && any <= 0xDFFF ? U'x' : any;
    }

    std::string string() {
        std::string out;
        const auto count = below(6);
        for (std::uint64_t i = 0; i < count; ++i) codec::append_utf8(out, character());
        return out;
    }

    Bytes bytes() {
        Bytes out;
        const auto count = below(20);
        for (std::uint64_t i = 0; i < count; ++i) out.push_back(static_cast<std::uint8_t>(next_()));
        return out;
    }

    Value items(const Type* element, std::uint32_t count) {
        std::vector<Value> out;
        for (std::uint32_t i = 0; i < count; ++i)
            out.push_back(element == nullptr ? Value::items({}) : value(*element));
        return Value::items(std::move(out));
    }

    Value list(const Type& type) {
        const Type* const element = type.part(0);
        if (element != nullptr && element->kind() == Kind::u8) return Value::bytes(bytes());
        return items(element, small());
    }

    Value fields(const Type& type) {
        std::vector<Value> out;
        for (std::size_t i = 0; i < type.size(); ++i) out.push_back(value(*type.part(i)));
        return Value::items(std::move(out));
    }

    Value map(const Type& type) {
        std::vector<Value> out;
        const auto count = small();
        for (std::uint32_t i = 0; i < count; ++i) {
            auto entry = fields(type);
            bool is_new = true;
            for (const auto& other : out)
                if (other.as_items()->front() == entry.as_items()->front()) is_new = false;
            if (is_new) out.push_back(std::move(entry));
        }
        return Value::items(std::move(out));
    }

    Value choice(std::uint32_t index, const Type* first, const Type& type) {
        const Type* const payload = index == 0 ? first : type.part(0);
        return payload == nullptr ? Value::choice(index) : Value::choice(index, value(*payload));
    }

    Value any_case(const Type& type) {
        const auto index = static_cast<std::uint32_t>(below(type.size()));
        const Type* const payload = type.part(index);
        return payload == nullptr ? Value::choice(index) : Value::choice(index, value(*payload));
    }

    Value flags(const Type& type) {
        std::vector<bool> set;
        for (std::size_t i = 0; i < type.size(); ++i) set.push_back(below(2) == 1);
        return Value::flags(std::move(set));
    }

    std::function<std::uint64_t()> next_;
    Handles handles_;
};

/// The same from bytes, which are borrowed: so many for each number, zeros after the last.
inline Arbitrary arbitrary_from(BytesView bytes, unsigned bytes_each, Arbitrary::Handles handles) {
    auto at = std::make_shared<std::size_t>(0);
    return Arbitrary(
        [bytes, bytes_each, at] {
            std::uint64_t number = 0;
            for (unsigned i = 0; i < bytes_each && *at < bytes.size(); ++i)
                number = number << 8U | bytes[(*at)++];
            return number;
        },
        handles);
}

}  // namespace weft::value
