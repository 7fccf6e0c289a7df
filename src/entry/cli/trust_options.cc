#include "entry/cli/trust_options.h"

#include "base/crypto/nkeys.h"
#include "entry/cli/places.h"

namespace weft::cli {

void define_trust(Syntax& syntax, TrustArguments& arguments) {
    syntax.list({"--trust", "KEY"}, arguments.keys,
                "Trust this account key for this run, with every grant");
    syntax.option({"--trust-file", "FILE"}, arguments.file, "Whom to trust [trust.yaml]");
}

Result<TrustOptions> read_trust(const Environment& environment, const TrustArguments& arguments) {
    TrustOptions out;
    for (const auto& key : arguments.keys) {
        TRY(const auto parsed,
            crypto::PublicKey::parse_as(crypto::KeyKind::account, key).context("--trust"));
        out.keys.push_back(parsed.text());
    }
    auto file = get_trust_file(environment, arguments.file);
    out.file_named = arguments.file.has_value();
    if (!file && out.file_named) return Failure(std::move(file).error());
    // Where nothing says where files are, there is none.
    out.file = std::move(file).value_or("");
    return out;
}

}  // namespace weft::cli
