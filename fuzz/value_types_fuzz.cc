// Descriptions of components come from the engine's library, which made them of what strangers
// built. Any text is refused with a place, or a world that is written back to an equal one.
#include <cstdint>
#include <cstdlib>

#include "base/codec/json.h"
#include "base/core/bytes.h"
#include "base/value/world_json.h"
#include "base/value/world_json_fixture.h"

namespace {

using namespace weft;

void expect(bool condition) {
    if (!condition) std::abort();
}

void check_functions(const std::vector<value::Interface>& interfaces) {
    for (const auto& interface : interfaces)
        for (const auto& function : interface.functions) {
            expect(value::function_text(function).contains("func("));
            if (function.result) expect(function.result->depth() <= value::Type::depth_max);
        }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto world = value::read_world(as_text({data, size}), {.types_max = 1000});
    if (!world) {
        expect(!world.error().message.empty());
        return 0;
    }
    check_functions(world->imports);
    check_functions(world->exports);
    const auto again = value::read_world(codec::write_json(value::write_world(*world)));
    expect(again && *again == *world);
    return 0;
}
