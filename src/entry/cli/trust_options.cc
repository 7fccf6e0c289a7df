#include "entry/cli/trust_options.h"

#include "base/crypto/nkeys.h"
#include "entry/cli/places.h"

namespace weft::cli {

Result<TrustOptions> read_trust_options(const Environment& environment,
                                        const std::vector<std::string>& keys,
                                        const std::optional<std::string>& file) {
    TrustOptions out;
    for (const auto& key : keys) {
        TRY(const auto parsed,
            crypto::PublicKey::parse_as(crypto::KeyKind::account, key).context("--trust"));
        out.keys.push_back(parsed.text());
    }
    out.file_named = file.has_value();
    if (file) {
        TRY(out.file, get_path(environment, "--trust-file", *file));
    } else {
        TRY(out.file, default_trust_file(environment));
    }
    return out;
}

}  // namespace weft::cli
