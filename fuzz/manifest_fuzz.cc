// Any text is either a model without errors or at least one error; nothing crashes or hangs.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "platform/manifest/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weft::manifest;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto strictness : {Strictness::lenient, Strictness::strict}) {
        const auto report = parse_manifest(text, {.strictness = strictness});
        if (report.application.has_value() != (report.errors() == 0)) std::abort();
        if (report.findings.size() > Findings::findings_max + 1) std::abort();
        for (const auto& finding : report.findings)
            if (finding.slug.empty() || finding.line == 0 || finding.column == 0) std::abort();
    }
    return 0;
}
