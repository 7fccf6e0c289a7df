// Messages come from peers and guests. The first bytes of an input choose a type, the rest is the
// message: it is refused, or a value of the type that encodes to what decodes to the same value.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/value/arbitrary_test.h"
#include "base/value/wire.h"

namespace {

using namespace weft;
using namespace weft::value;

constexpr std::size_t type_bytes = 24;

void expect(bool condition) {
    if (!condition) std::abort();
}

/// Without floats and maps, a value has one encoding only.
bool is_one_to_one(const Type& type) {
    if (type.kind() == Kind::f32 || type.kind() == Kind::f64 || type.kind() == Kind::map)
        return false;
    for (std::size_t i = 0; i < type.size(); ++i)
        if (type.part(i) != nullptr && !is_one_to_one(*type.part(i))) return false;
    return true;
}

void check_message(BytesView message, const Type& type) {
    const auto value = decode(message, type, {.nodes_max = 10'000});
    if (!value) {
        expect(value.error().slug.text().starts_with("wire."));
        return;
    }
    Bytes out;
    expect(encode(*value, type, out).has_value());
    expect(!is_one_to_one(type) || std::ranges::equal(out, message));
    const auto again = decode(out, type);
    expect(again && *again == *value);
}

void check_value(const Value& value, const Type& type) {
    Bytes out;
    expect(encode(value, type, out).has_value());
    const auto again = decode(out, type);
    expect(again && *again == value);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView input(data, size);
    const auto head = input.first(std::min(size, type_bytes));
    const auto rest = input.subspan(head.size());
    const auto type = arbitrary_from(head, 1, Arbitrary::Handles::yes).type();
    check_message(rest, type);
    check_value(arbitrary_from(rest, 4, Arbitrary::Handles::yes).value(type), type);
    return 0;
}
