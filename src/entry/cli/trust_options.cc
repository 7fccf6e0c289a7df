#include "entry/cli/trust_options.h"

#include <fmt/format.h>

#include "entry/cli/places.h"
#include "io/files/files.h"

namespace weft::cli {

void define_trust(Syntax& syntax, TrustArguments& arguments) {
    syntax.list({"--trust", "KEY"}, arguments.keys,
                "Trust this account key for this run, with every grant");
    define_trust_file(syntax, arguments);
}

void define_trust_file(Syntax& syntax, TrustArguments& arguments) {
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

Result<std::string> read_trust_text(const std::string& path) {
    TRY(const auto content, files::read_file(path, trust_bytes_max, files::Others::may_read));
    return std::string(as_text(content));
}

Result<claims::TrustPolicy> load_trust(const TrustOptions& options) {
    claims::TrustPolicy policy;
    if (!options.file.empty()) {
        auto content = read_trust_text(options.file);
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

claims::TrustPolicy read_names(const Environment& environment) {
    const auto file = get_trust_file(environment, std::nullopt);
    const auto text = file ? read_trust_text(*file) : Result<std::string>(std::string());
    if (!text) return {};
    return claims::read_trust(*text).value_or(claims::TrustPolicy());
}

std::string label(const crypto::PublicKey& key, std::string_view name) {
    return name.empty() ? key.text() : fmt::format("{} '{}'", key.text(), name);
}

}  // namespace weft::cli
