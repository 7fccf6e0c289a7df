// Any text is either refused or a value; what is a value is written as JSON that is written the
// same when it is read again.
#include <cstdint>
#include <cstdlib>

#include "base/codec/json.h"
#include "base/core/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weft::codec;
    const auto text = weft::as_text({data, size});
    const auto value = parse_json(text);
    if (value) {
        for (const auto& written : {write_json(*value), write_json_pretty(*value)}) {
            const auto again = parse_json(written);
            if (!again || write_json(*again) != write_json(*value)) std::abort();
        }
    } else if (value.error().message.empty()) {
        std::abort();
    }
    std::string quoted;
    append_json_string(quoted, text);
    if (!parse_json(quoted)) std::abort();
    return 0;
}
