#include "entry/cli/console.h"

#include <algorithm>

#include "base/core/errc.h"
#include "base/obs/escape.h"

namespace weft::cli {
namespace {

using codec::Json;

/// Longer lines are cut with a mark.
constexpr std::size_t line_bytes_max = 64 * 1024;

std::string one_line(std::string_view text) {
    std::string out;
    obs::append_escaped(out, text, obs::EscapeFor::sentence, line_bytes_max);
    out += '\n';
    return out;
}

}  // namespace

Result<Format> get_format(std::string_view name) {
    if (name == "text") return Format::text;
    if (name == "json") return Format::json;
    return fail(Errc::invalid_argument, "cli.output_unknown",
                "unknown output format '{}'; there are text and json", name);
}

void Console::show(const std::vector<std::string>& lines, const codec::Json& value) const {
    if (format_ == Format::json) {
        environment_->out(codec::write_json_pretty(value) + "\n");
        return;
    }
    for (const auto& line : lines) environment_->out(one_line(line));
}

void Console::tell(std::string_view line, const Json& value) const {
    environment_->err(format_ == Format::json ? codec::write_json(value) + "\n" : one_line(line));
}

void Console::warn(Slug slug, std::string_view sentence) const {
    Json warning = Json::Object();
    warning.set("slug", slug.text()).set("message", sentence);
    Json value = Json::Object();
    tell(fmt::format("weft: warning: {} ({})", sentence, slug.text()),
         value.set("warning", std::move(warning)));
}

void Console::explain(std::string_view text) const {
    if (format_ == Format::json) return;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        environment_->err(one_line(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void Console::report(const Error& error) const {
    Json fields = Json::Object();
    fields.set("code", errc_row(error.code).name).set("slug", error.slug.text());
    fields.set("message", error.message);
    Json value = Json::Object();
    tell(fmt::format("weft: {} ({})", error.message, error.slug.text()),
         value.set("error", std::move(fields)));
}

}  // namespace weft::cli
