// People type WAVE. The first byte of an input chooses one of some types, or that the next bytes
// do; the rest is the text: it is refused with its place, or a value that is printed as a text of
// the same value. The text as a call must never do worse than be refused.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>

#include "base/value/arbitrary_test.h"
#include "base/value/wave.h"
#include "base/value/world_json.h"

namespace {

using namespace weft;
using namespace weft::value;

constexpr std::size_t type_bytes = 16;

void expect(bool condition) {
    if (!condition) std::abort();
}

constexpr std::string_view world = R"({"imports":[],"exports":[{"name":"","resources":[],
"functions":[{"name":"f","async":false,"result":null,"params":[
["bool","bool"],["s8","s8"],["u64","u64"],["f32","f32"],["f64","f64"],["char","char"],
["string","string"],["bytes",{"list":"u8"}],["list",{"list":{"option":"string"}}],
["tuple",{"tuple":["u8","char",{"result":[null,"string"]}]}],
["record",{"record":[["a","u8"],["b",{"option":"string"}],["none",{"option":"bool"}]]}],
["variant",{"variant":[["a",null],["ok",null],["some","u8"],["b-c",{"list":"s16"}]]}],
["enum",{"enum":["true","a","nan"]}],["flags",{"flags":["a","b","err"]}],
["option",{"option":{"option":"u8"}}],["result",{"result":[{"result":["u8",null]},"u8"]}],
["map",{"map":["string",{"map":["char","u32"]}]}],["fixed",{"fixed_list":["u16",2]}]]}]}]})";

/// One function that takes something of each kind, made once.
const Function& every_kind() {
    static const Function function = read_world(world)->exports[0].functions[0];
    return function;
}

void check_text(std::string_view text, const Type& type) {
    const auto value = parse_wave(text, type, {.nodes_max = 10'000});
    if (!value) {
        const auto& error = value.error();
        expect(error.slug == Slug("wave.text_too_long") || error.message.starts_with("line "));
        return;
    }
    const auto printed = print_wave(*value, type);
    expect(printed.has_value() && !printed->contains('\n'));
    const auto again = parse_wave(*printed, type);
    expect(again && *again == *value);
}

void check_call(std::string_view text) {
    const auto name = parse_call_name(text);
    const auto arguments = parse_call(text, every_kind(), {.nodes_max = 10'000});
    expect(name.has_value() || !arguments.has_value());
    if (arguments) expect(arguments->size() == every_kind().params.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const BytesView input(data + 1, size - 1);
    const auto& params = every_kind().params;
    check_call(as_text(input));
    if (data[0] < 0x80) {
        check_text(as_text(input), params[data[0] % params.size()].type);
        return 0;
    }
    const auto head = input.first(std::min(input.size(), type_bytes));
    check_text(as_text(input.subspan(head.size())),
               arbitrary_from(head, 1, Arbitrary::Handles::no).type());
    return 0;
}
