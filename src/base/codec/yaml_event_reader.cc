#include "base/codec/yaml_event_reader.h"

#include <algorithm>

#include <libfyaml.h>

#include "base/codec/yaml_quoted.h"
#include "base/core/assert.h"

namespace weft::codec {

namespace {

std::string token_text(fy_token* token) {
    std::size_t length = 0;
    const char* text = token ? fy_token_get_text(token, &length) : nullptr;
    return text ? std::string(text, length) : std::string();
}

std::optional<std::string> optional_token_text(fy_token* token) {
    if (!token) return std::nullopt;
    return token_text(token);
}

/// Nothing when the library cannot tell the text. `text` is the whole input.
std::optional<std::string> scalar_text(fy_token* token, std::string_view text) {
    const auto style = fy_token_scalar_style(token);
    if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED) {
        const auto start = fy_token_start_mark(token)->input_pos;
        const auto raw = text.substr(start, fy_token_end_mark(token)->input_pos - start);
        return style == FYSS_SINGLE_QUOTED ? unfold_single_quoted(raw) : unfold_double_quoted(raw);
    }
    std::size_t length = 0;
    const char* found = fy_token_get_text(token, &length);
    return found ? std::optional(std::string(found, length)) : std::nullopt;
}

YamlEvent::Style scalar_style(fy_token* token) {
    switch (fy_token_scalar_style(token)) {
        case FYSS_SINGLE_QUOTED: return YamlEvent::Style::single_quoted;
        case FYSS_DOUBLE_QUOTED: return YamlEvent::Style::double_quoted;
        case FYSS_LITERAL: return YamlEvent::Style::literal;
        case FYSS_FOLDED: return YamlEvent::Style::folded;
        default: return YamlEvent::Style::plain;
    }
}

/// Takes numbers that begin with 1, as the library's errors have them; its marks begin with 0.
Mark to_mark(int line, int column) {
    return {static_cast<std::uint32_t>(std::max(line, 1)),
            static_cast<std::uint32_t>(std::max(column, 1))};
}

/// The library's mark of a quoted scalar stands behind the quote.
int quote_width(const YamlEvent& event) {
    using Style = YamlEvent::Style;
    return event.style == Style::single_quoted || event.style == Style::double_quoted ? 1 : 0;
}

/// Copies what the library owns; nothing for a scalar without text. `text` is the whole input.
std::optional<YamlEvent> convert(fy_event* event, std::string_view text) {
    using Type = YamlEvent::Type;
    YamlEvent out;
    switch (event->type) {
        case FYET_NONE:
        case FYET_STREAM_START: out.type = Type::stream_start; break;
        case FYET_STREAM_END: out.type = Type::stream_end; break;
        case FYET_DOCUMENT_START:
            out.type = Type::document_start;
            out.explicit_marker = !event->document_start.implicit;
            break;
        case FYET_DOCUMENT_END:
            out.type = Type::document_end;
            out.explicit_marker = !event->document_end.implicit;
            break;
        case FYET_MAPPING_START:
            out.type = Type::mapping_start;
            out.flow = fy_event_get_node_style(event) == FYNS_FLOW;
            out.anchor = optional_token_text(event->mapping_start.anchor);
            out.tag = optional_token_text(event->mapping_start.tag);
            break;
        case FYET_MAPPING_END: out.type = Type::mapping_end; break;
        case FYET_SEQUENCE_START:
            out.type = Type::sequence_start;
            out.flow = fy_event_get_node_style(event) == FYNS_FLOW;
            out.anchor = optional_token_text(event->sequence_start.anchor);
            out.tag = optional_token_text(event->sequence_start.tag);
            break;
        case FYET_SEQUENCE_END: out.type = Type::sequence_end; break;
        case FYET_SCALAR: {
            auto scalar = scalar_text(event->scalar.value, text);
            if (!scalar) return std::nullopt;
            out.type = Type::scalar;
            out.text = *std::move(scalar);
            out.style = scalar_style(event->scalar.value);
            out.anchor = optional_token_text(event->scalar.anchor);
            out.tag = optional_token_text(event->scalar.tag);
            break;
        }
        case FYET_ALIAS:
            out.type = Type::alias;
            out.text = token_text(event->alias.anchor);
            break;
    }
    return out;
}

}  // namespace

struct YamlEventReader::Parser {
    fy_diag* diagnostics = nullptr;
    fy_parser* parser = nullptr;
    std::string_view text;
    bool ended = false;

    explicit Parser(std::string_view input) : text(input) {
        fy_diag_cfg diagnostics_cfg;
        fy_diag_cfg_default(&diagnostics_cfg);
        diagnostics_cfg.fp = nullptr;
        diagnostics_cfg.colorize = false;
        diagnostics = fy_diag_create(&diagnostics_cfg);
        WEFT_ASSERT(diagnostics, "no memory for a YAML parser");
        fy_diag_set_collect_errors(diagnostics, true);
        const fy_parse_cfg cfg = {
            .search_path = "",
            .flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_COLLECT_DIAG |
                                                     FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE),
            .userdata = nullptr,
            .diag = diagnostics,
        };
        parser = fy_parser_create(&cfg);
        WEFT_ASSERT(parser, "no memory for a YAML parser");
        // An empty view may hold no pointer, which the library refuses.
        const char* start = text.empty() ? "" : text.data();
        const int set = fy_parser_set_string(parser, start, text.size());
        WEFT_ASSERT(set == 0, "no memory for a YAML parser");
    }
    ~Parser() {
        fy_parser_destroy(parser);
        fy_diag_destroy(diagnostics);
    }
    Parser(const Parser&) = delete;
    Parser& operator=(const Parser&) = delete;
};

YamlEventReader::YamlEventReader(std::string_view text) : parser_(std::make_unique<Parser>(text)) {}
YamlEventReader::~YamlEventReader() = default;

Result<std::optional<YamlEvent>> YamlEventReader::next() {
    if (parser_->ended) return std::nullopt;
    fy_event* event = fy_parser_parse(parser_->parser);
    if (!event) {
        parser_->ended = true;
        if (fy_parser_get_stream_error(parser_->parser))
            return syntax_failure("the text is not YAML 1.2");
        return std::nullopt;
    }
    auto converted = convert(event, parser_->text);
    if (const fy_mark* mark = fy_event_start_mark(event))
        last_mark_ =
            to_mark(mark->line + 1, mark->column + 1 - (converted ? quote_width(*converted) : 0));
    fy_parser_event_free(parser_->parser, event);
    if (!converted) {
        parser_->ended = true;
        return syntax_failure("the value cannot be read");
    }
    converted->mark = last_mark_;
    note_flow(*converted);
    return converted;
}

void YamlEventReader::note_flow(const YamlEvent& event) {
    using Type = YamlEvent::Type;
    if (event.type == Type::sequence_start || event.type == Type::mapping_start)
        open_.push_back({event.mark, event.flow});
    else if (event.type == Type::sequence_end || event.type == Type::mapping_end)
        open_.pop_back();
}

Failure YamlEventReader::syntax_failure(std::string_view unexplained) {
    std::string_view message = unexplained;
    void* cursor = nullptr;
    if (const fy_diag_error* error = fy_diag_errors_iterate(parser_->diagnostics, &cursor)) {
        last_mark_ = to_mark(error->line, error->column);
        if (error->msg) message = error->msg;
        // The library notices it at the end of the text; what is wrong is where it was opened.
        const bool is_unclosed = message.contains("without a closing");
        if (is_unclosed && !open_.empty() && open_.back().is_flow) last_mark_ = open_.back().mark;
    }
    return fail(Errc::corrupt, "yaml.syntax", "line {}, column {}: {}", last_mark_.line,
                last_mark_.column, message);
}

}  // namespace weft::codec
