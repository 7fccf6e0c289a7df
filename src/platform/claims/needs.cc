#include "platform/claims/needs.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "platform/claims/contains.h"

namespace weft::claims {
namespace {

constexpr std::array<std::string_view, 6> baseline = {
    "wasi:io", "wasi:clocks", "wasi:random", "wasi:cli", "wasi:filesystem", "wasi:sockets",
};

/// What a core module may import from: the ABIs of the 0.x era and WASI preview 1, in which the
/// host gives nothing real.
constexpr std::array<std::string_view, 5> module_abis = {
    "wapc", "wasmbus", "wasi_snapshot_preview1", "wasi_unstable", "env",
};

/// A message shows no more than these of what a binary says.
constexpr std::size_t names_shown_max = 8;
constexpr std::size_t name_chars_shown_max = 100;

Failure unsupported(std::string_view verb, std::string_view name) {
    return fail(
        Errc::denied, "claims.name_unsupported",
        "the binary {} '{}', which is not an interface that a claim could name; link it with "
        "what it needs before signing",
        verb, name.substr(0, name_chars_shown_max));
}

/// Gathers needs, each once.
class Gathering {
  public:
    Result<void> add(Need::Direction direction, codec::InterfaceName interface) {
        interface.version.clear();
        if (is_baseline(interface)) return ok();
        if (!seen_.emplace(direction, codec::format_interface_name(interface)).second) return ok();
        if (needs_.size() >= needs_max)
            return fail(Errc::exhausted, "claims.needs_exceeded",
                        "the component imports and exports more than {} interfaces", needs_max);
        needs_.push_back({direction, std::move(interface)});
        return ok();
    }

    std::vector<Need> take() { return std::move(needs_); }

  private:
    std::set<std::pair<Need::Direction, std::string>> seen_;
    std::vector<Need> needs_;
};

std::string quoted_list(const std::vector<std::string>& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < names_shown_max; ++i)
        out.append(out.empty() ? "'" : ", '").append(names[i]).append("'");
    if (names.size() > names_shown_max)
        out += fmt::format(" and {} more", names.size() - names_shown_max);
    return out;
}

/// For `--caps`: what is claimed and what is missing. A list that would be long is left to
/// `weft claims sign`, which knows what a component needs.
std::string caps_option(std::vector<std::string> claimed, const std::vector<std::string>& missing) {
    if (missing.size() > names_shown_max)
        claimed.emplace_back("auto");
    else
        claimed.insert(claimed.end(), missing.begin(), missing.end());
    return fmt::format("{}", fmt::join(claimed, ","));
}

/// "imports 'a', 'b' and exports 'c'": what is not in the set.
std::string describe(const std::vector<Need>& needs, const Capabilities& set) {
    std::vector<std::string> imports;
    std::vector<std::string> exports;
    for (const auto& need : needs) {
        if (set.covers(need.interface)) continue;
        auto& list = need.direction == Need::Direction::import ? imports : exports;
        list.push_back(codec::format_interface_name(need.interface));
    }
    if (exports.empty()) return "imports " + quoted_list(imports);
    if (imports.empty()) return "exports " + quoted_list(exports);
    return "imports " + quoted_list(imports) + " and exports " + quoted_list(exports);
}

}  // namespace

bool is_baseline(const codec::InterfaceName& interface) {
    return contains(baseline, interface.package_id());
}

Result<std::vector<Need>> find_needs(const codec::ComponentInterface& interface) {
    Gathering needs;
    if (interface.kind == codec::WasmKind::core_module) {
        for (const auto& import : interface.imports)
            if (!contains(module_abis, import.module))
                return unsupported("imports from", import.module);
        return needs.take();
    }
    for (const auto& import : interface.imports) {
        if (import.sort == codec::ExternSort::type) continue;
        auto name = codec::parse_interface_name(import.name);
        if (!name) return unsupported("imports", import.name);
        CHECK(needs.add(Need::Direction::import, std::move(*name)));
    }
    for (const auto& offered : interface.exports) {
        if (offered.sort == codec::ExternSort::type) continue;
        auto name = codec::parse_interface_name(offered.name);
        if (name) CHECK(needs.add(Need::Direction::export_, std::move(*name)));
    }
    return needs.take();
}

std::vector<std::string> find_uncovered(const std::vector<Need>& needs, const Capabilities& set) {
    std::vector<std::string> out;
    for (const auto& need : needs) {
        if (set.covers(need.interface)) continue;
        auto text = codec::format_interface_name(need.interface);
        if (!contains(out, text)) out.push_back(std::move(text));
    }
    return out;
}

std::string grant_options(const std::vector<std::string>& capabilities) {
    return fmt::format("--grant {}", fmt::join(capabilities, " --grant "));
}

Result<void> check_needs(const std::vector<Need>& needs, const EffectiveCapabilities& capabilities,
                         const TokenText& token) {
    const auto unclaimed = find_uncovered(needs, capabilities.claimed);
    if (!unclaimed.empty())
        return fail(Errc::denied, "claims.claim_missing",
                    "the component {}, which its token does not claim; sign it again with '--caps "
                    "{}'",
                    describe(needs, capabilities.claimed), caps_option(token.caps, unclaimed));
    const auto ungranted = find_uncovered(needs, capabilities.granted);
    if (!ungranted.empty())
        return fail(Errc::denied, "claims.grant_missing",
                    "the component {}, which its token claims but its issuer {}may not grant on "
                    "this host; allow it with '{} {}'",
                    describe(needs, capabilities.granted),
                    token.issuer_name.empty() ? "" : "'" + token.issuer_name + "' ",
                    token.trust_command, grant_options(ungranted));
    return ok();
}

Result<void> check_needs_unstated(const std::vector<Need>& needs) {
    const auto uncovered = find_uncovered(needs, Capabilities());
    if (uncovered.empty()) return ok();
    return fail(Errc::denied, "claims.caps_unstated",
                "the component {}, and its token, as those of wasmCloud 1.x, claims nothing; sign "
                "it again with '--caps {}', or say 'unstated: all' at its issuer in trust.yaml",
                describe(needs, Capabilities()), caps_option({}, uncovered));
}

}  // namespace weft::claims
