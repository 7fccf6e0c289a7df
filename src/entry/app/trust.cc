#include "entry/app/trust.h"

#include "io/files/files.h"

namespace weft::app {

Result<claims::TrustPolicy> load_trust(const cli::TrustOptions& options) {
    constexpr std::size_t trust_bytes_max = 1U << 20U;
    claims::TrustPolicy policy;
    if (!options.file.empty()) {
        auto content = files::read_file(options.file, trust_bytes_max);
        if (content) {
            TRY(policy, claims::read_trust(as_text(*content)).context("'{}'", options.file));
        } else if (content.error().code != Errc::not_found || options.file_named) {
            return Failure(std::move(content).error());
        }
    }
    for (const auto& key : options.keys) {
        TRY(auto issuer, claims::issuer_with_every_grant(key).context("--trust"));
        CHECK(claims::add_issuer(policy, std::move(issuer)).context("--trust"));
    }
    return policy;
}

}  // namespace weft::app
