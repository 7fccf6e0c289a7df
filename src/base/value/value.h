#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/value/type.h"

namespace weft::value {

/// Bounds of what is read from outside.
struct ValueLimits {
    std::size_t nodes_max = 1'000'000;  ///< Values, those inside others counted too.
};

/// A WIT value as a plain tree, for the command line and for tests; calls on the hot path use
/// `WireReader` and `WireWriter`. It holds what its type does not say:
///
///   bool, f32, f64, char, string         the value
///   u8 to u64; s8 to s64                 an unsigned number; a signed one
///   list<u8>, own, borrow                bytes; of a handle they are opaque
///   list, fixed_list, tuple, record      items
///   map                                  items, each a pair of items; no key twice
///   option                               choice 0 none, 1 some
///   result                               choice 0 ok, 1 err
///   variant, enum                        choice by the index of the case
///   flags                                one bool for each name
///   stream                               items sent along; none: they come on a path of their own
///   future                               choice 0 it comes on a path of its own, 1 sent along
///
/// Equality is by content: every NaN is the same, 0.0 and -0.0 differ.
class Value {
  public:
    /// In the order of the variant's alternatives.
    enum class Form : std::uint8_t {
        boolean,
        unsigned_number,
        signed_number,
        real32,
        real64,
        character,
        string,
        bytes,
        items,
        choice,
        flags,
    };
    /// One of several cases; `payload` has at most one value.
    struct Choice {
        std::uint32_t index = 0;
        std::vector<Value> payload;
        friend bool operator==(const Choice& a, const Choice& b);
    };

    static Value boolean(bool value) { return Value(Held(value)); }
    static Value unsigned_number(std::uint64_t value) { return Value(Held(value)); }
    static Value signed_number(std::int64_t value) { return Value(Held(value)); }
    static Value real32(float value);
    static Value real64(double value);
    static Value character(char32_t value) { return Value(Held(value)); }
    static Value string(std::string value) { return Value(Held(std::move(value))); }
    static Value bytes(Bytes value) { return Value(Held(std::move(value))); }
    static Value items(std::vector<Value> values) { return Value(Held(std::move(values))); }
    static Value flags(std::vector<bool> set) { return Value(Held(std::move(set))); }
    static Value choice(std::uint32_t index) { return Value(Held(Choice{index, {}})); }
    static Value choice(std::uint32_t index, Value payload);
    static Value none() { return choice(0); }
    static Value some(Value payload) { return choice(1, std::move(payload)); }

    Form form() const { return static_cast<Form>(held_.index()); }

    /// The content if the value has that form, else nothing.
    std::optional<bool> as_bool() const { return copy_if<bool>(); }
    std::optional<std::uint64_t> as_unsigned() const { return copy_if<std::uint64_t>(); }
    std::optional<std::int64_t> as_signed() const { return copy_if<std::int64_t>(); }
    std::optional<float> as_real32() const;
    std::optional<double> as_real64() const;
    std::optional<char32_t> as_character() const { return copy_if<char32_t>(); }
    const std::string* as_string() const { return std::get_if<std::string>(&held_); }
    const Bytes* as_bytes() const { return std::get_if<Bytes>(&held_); }
    const std::vector<Value>* as_items() const { return std::get_if<std::vector<Value>>(&held_); }
    const Choice* as_choice() const { return std::get_if<Choice>(&held_); }
    const std::vector<bool>* as_flags() const { return std::get_if<std::vector<bool>>(&held_); }

    friend bool operator==(const Value& a, const Value& b) { return a.held_ == b.held_; }

  private:
    /// Floats as their bits, NaN as the canonical one.
    struct Real32 {
        std::uint32_t bits;
        friend bool operator==(const Real32&, const Real32&) = default;
    };
    struct Real64 {
        std::uint64_t bits;
        friend bool operator==(const Real64&, const Real64&) = default;
    };
    using Held = std::variant<bool, std::uint64_t, std::int64_t, Real32, Real64, char32_t,
                              std::string, Bytes, std::vector<Value>, Choice, std::vector<bool>>;

    explicit Value(Held held) : held_(std::move(held)) {}

    template <typename T>
    std::optional<T> copy_if() const {
        const T* const held = std::get_if<T>(&held_);
        return held == nullptr ? std::nullopt : std::optional<T>(*held);
    }

    Held held_;
};

/// Whether the value is one of the type. Messages begin with the place in the value where it is
/// not: "headers[3]: ". Errors: invalid_argument (`value.form_wrong`, `value.number_range`,
/// `value.text_invalid`, `value.size_wrong`, `value.case_unknown`, `value.payload_wrong`,
/// `value.key_duplicate`), unsupported (`value.kind_unsupported`: error-context).
Result<void> conforms(const Value& value, const Type& type);

}  // namespace weft::value
