// Any text is either a model without errors or at least one error, and either can run or says why
// not; nothing crashes or hangs.
#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "platform/control/check_manifests.h"
#include "platform/manifest/parse.h"
#include "platform/providers/http_server/provider.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace weft::manifest;
    using Server = weft::providers::http_server::Provider;
    static constexpr std::array kinds{weft::capability::ProviderKind{
        "http-server", Server::interfaces, {}, nullptr, &Server::check}};
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    for (const auto strictness : {Strictness::lenient, Strictness::strict}) {
        const auto report = parse_manifest(text, {.strictness = strictness});
        if (report.application.has_value() != (report.errors() == 0)) std::abort();
        const auto checked =
            weft::control::check_manifests({{std::string(text), "/"}}, kinds, strictness).at(0);
        if (checked.is_valid() && !report.application) std::abort();
        const bool is_stopped =
            checked.count(Severity::error) > 0 || checked.count(Severity::unsupported) > 0;
        if (checked.application.has_value() == is_stopped) std::abort();
        if (checked.findings.size() > Findings::findings_max + 1) std::abort();
        for (const auto& finding : checked.findings)
            if (finding.slug.empty() || finding.line == 0 || finding.column == 0) std::abort();
    }
    return 0;
}
