#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/value/value.h"
#include "base/value/world.h"

/// WAVE, the WebAssembly Value Encoding: values as text, as people type them.
///
///   true  -7  6.02e23  inf  nan  'x'  "a\tb\u{1F600}"  [1, 2]  (1, "a")  {a: 1, b-c: [2]}  {:}
///   case(1)  case  %ok  some(1)  1  none  ok(1)  1  err("why")  {read, write}  {}  {"key": 1}
///   """                      a string of several lines; the blanks before the closing quotes
///     line one               are taken off every line
///     """
///   // to the end of the line is a comment
///
/// Fields of records may come in any order; those of option type may be left out. `some(...)` may
/// be left out around what is neither option nor result, and so may `ok(...)`. A comma may follow
/// the last item. A case that is called true, false, some, none, ok, err, inf or nan needs a '%'
/// before it; other labels may have one. Source: wasm-wave 0.263, README and EBNF. Handles,
/// streams, futures and error-contexts have no notation.
namespace weft::value {

/// Whether values of the type can be written as WAVE.
bool has_wave_notation(const Type& type);

struct WaveLimits {
    std::size_t bytes_max = 16 * 1024 * 1024;  ///< Of a whole text.
    std::size_t nodes_max = 1'000'000;  ///< Values, those inside others counted too, without the
                                        ///< bytes of list<u8>.
};

/// Reads one value, which all of the text must belong to. Messages begin with
/// "line L, column C: " (1-based; columns count characters) and say what was expected.
/// Errors: invalid_argument (`wave.syntax`, `wave.type_mismatch`, `wave.number_range`,
/// `wave.escape_invalid`, `wave.char_invalid`, `wave.string_unclosed`, `wave.multiline_invalid`,
/// `wave.name_unknown`, `wave.name_duplicate`, `wave.keyword_bare`, `wave.field_missing`,
/// `wave.size_wrong`, `wave.payload_wrong`, `wave.trailing`, `wave.utf8_invalid`), exhausted
/// (`wave.text_too_long`, `wave.nodes_exceeded`), unsupported (`wave.kind_unsupported`).
Result<Value> parse_wave(std::string_view text, const Type& type, WaveLimits limits = {});

/// The value on one line; parsing it gives an equal value. Errors: those of `conforms`; unsupported
/// (`wave.kind_unsupported`).
Result<std::string> print_wave(const Value& value, const Type& type);

/// The name of the function in a text of the form `name(...)`, without what stands around it; a
/// view into the text. It is not looked at closely. Errors: invalid_argument (`wave.syntax`: no '('
/// or nothing before it; `wave.utf8_invalid`), exhausted (`wave.text_too_long`).
Result<std::string_view> parse_call_name(std::string_view text, WaveLimits limits = {});

/// The arguments in a text of the form `name(arg, arg)`. Those of option type at the end may be
/// left out. Errors: those of `parse_call_name` and `parse_wave`.
Result<std::vector<Value>> parse_call(std::string_view text, const Function& function,
                                      WaveLimits limits = {});

/// The same from a text for each argument. Messages begin with "argument 'a': ". Errors: those of
/// `parse_wave`.
Result<std::vector<Value>> parse_arguments(std::span<const std::string> texts,
                                           const Function& function, WaveLimits limits = {});

}  // namespace weft::value
