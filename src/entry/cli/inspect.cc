#include "entry/cli/inspect.h"

#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/crypto/jwt.h"
#include "entry/cli/explain.h"
#include "entry/cli/token_lines.h"
#include "entry/cli/trust_options.h"
#include "entry/cli/wasm_file.h"
#include "platform/claims/account.h"
#include "platform/claims/embed.h"
#include "platform/claims/inspect.h"
#include "platform/claims/sign.h"

namespace weft::cli {
namespace {

using codec::Json;

Result<claims::Inspection> inspect(const Console& console, const std::string& file) {
    TRY(const auto wasm, read_wasm(console.environment(), file));
    TRY(auto found,
        claims::inspect(wasm, console.environment().clock->now_unix_s()).context("'{}'", file));
    const auto names = read_names(console.environment());
    for (auto& report : found.tokens)
        if (report.token) report.issuer_name = claims::find_name(names, report.token->head.issuer);
    return found;
}

Failure no_token(const std::string& file) {
    return fail(Errc::unauthenticated, "inspect.token_missing",
                "'{}' is not signed: it carries no token; sign it with: {}", file,
                claims::sign_command(file));
}

std::vector<std::string> interface_lines(const claims::Inspection& found) {
    std::vector<std::string> lines = {
        fmt::format("kind     {}", codec::wasm_kind_name(found.interface.kind)),
        fmt::format("size     {} bytes", found.bytes), fmt::format("digest   {}", found.digest)};
    for (const auto& import : found.interface.imports)
        lines.push_back(fmt::format("import   {}{}{}", import.module,
                                    import.module.empty() ? "" : ".", import.name));
    for (const auto& offered : found.interface.exports)
        lines.push_back(fmt::format("export   {}", offered.name));
    return lines;
}

std::vector<std::string> all_token_lines(const claims::Inspection& found) {
    std::vector<std::string> lines;
    for (const auto& report : found.tokens)
        for (auto& line : token_lines(report)) lines.push_back(std::move(line));
    if (found.nested_tokens > 0)
        lines.push_back(fmt::format("nested   {} more inside its parts, which a host ignores",
                                    found.nested_tokens));
    return lines;
}

void define_file(Syntax& syntax, std::string& file) {
    syntax.word("FILE", Need::required, file, "A component or module");
}

struct InspectArguments {
    std::string file;
    bool explain = false;
    TrustArguments trust;
};

void define_inspect(Syntax& syntax, InspectArguments& arguments) {
    syntax.word("FILE", Need::required, arguments.file,
                "A component or module; a manifest with --explain");
    syntax.flag("--explain", arguments.explain,
                "Say of each import of a manifest's components whether token, issuer and links "
                "allow it");
    define_trust(syntax, arguments.trust);
}

Result<void> run_inspect(const Console& console, const InspectArguments& arguments) {
    if (arguments.explain) return explain(console, arguments.file, arguments.trust);
    TRY(const auto found, inspect(console, arguments.file));
    auto lines = interface_lines(found);
    if (found.token_count == 0) lines.emplace_back("token    none: it is not signed");
    for (auto& line : all_token_lines(found)) lines.push_back(std::move(line));
    console.show(lines, claims::to_json(found));
    return ok();
}

Result<void> run_claims_inspect(const Console& console, const std::string& file) {
    TRY(const auto found, inspect(console, file));
    console.show(all_token_lines(found), claims::to_json(found));
    if (found.token_count == 0) return no_token(file);
    if (found.token_count > 1)
        return fail(Errc::unauthenticated, "inspect.token_several",
                    "'{}' carries {} tokens, so none counts; sign it again, which leaves one", file,
                    found.token_count);
    if (const auto& report = found.tokens.front(); !report.is_valid())
        return fail(Errc::unauthenticated, "inspect.token_invalid",
                    "the token of '{}' proves nothing: {}", file, what_is_wrong(report));
    return ok();
}

Result<void> run_claims_token(const Console& console, const std::string& file) {
    TRY(const auto wasm, read_wasm(console.environment(), file));
    TRY(const auto scan, claims::scan_tokens(wasm).context("'{}'", file));
    TRY(const auto found, claims::only_token(scan).context("'{}'", file));
    if (!found) return no_token(file);
    CHECK(crypto::decode_jwt(found->token).context("'{}'", file));
    Json value = Json::Object();
    console.show({std::string(found->token)}, value.set("token", found->token));
    return ok();
}

}  // namespace

constexpr Command inspect_command{
    .path = "inspect",
    .summary = "Show what a WebAssembly file is, uses and offers",
    .examples = "  weft inspect hello.wasm\n  weft inspect --explain app.yaml -o json",
    .prepare = prepare<InspectArguments, define_inspect, run_inspect>};

constexpr Command claims_inspect_command{
    .path = "claims inspect",
    .summary = "Show what a token says and whether it is proven",
    .examples = "  weft claims inspect hello_s.wasm -o json",
    .prepare = prepare<std::string, define_file, run_claims_inspect>};

constexpr Command claims_token_command{
    .path = "claims token",
    .summary = "Print the token itself",
    .examples = "  weft claims token hello_s.wasm",
    .prepare = prepare<std::string, define_file, run_claims_token>};

}  // namespace weft::cli
