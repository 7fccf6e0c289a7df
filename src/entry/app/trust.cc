#include "entry/app/trust.h"

namespace weft::app {

Result<claims::TrustPolicy> load_trust(const cli::TrustOptions& options) {
    claims::TrustPolicy policy;
    if (!options.file.empty()) {
        auto content = cli::read_trust_text(options.file);
        if (content) {
            TRY(policy, claims::read_trust(*content).context("'{}'", options.file));
        } else if (content.error().code != Errc::not_found || options.file_named) {
            return Failure(std::move(content).error());
        }
    }
    if (options.file_named) policy.file = options.file;
    for (const auto& key : options.keys) {
        TRY(auto issuer, claims::issuer_with_every_grant(key).context("--trust"));
        CHECK(claims::add_issuer(policy, std::move(issuer)).context("--trust"));
    }
    return policy;
}

}  // namespace weft::app
