#include "base/codec/yaml_events_fixture.h"

#include "base/codec/yaml_event_reader.h"

namespace weft::codec {

namespace {

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '\\': out += "\\\\"; break;
            case '\b': out += "\\b"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            case '\0': out += "\\0"; break;
            default: out.push_back(c);
        }
    }
}

void append_properties(std::string& out, const YamlEvent& event) {
    if (event.anchor) out.append(" &").append(*event.anchor);
    if (event.tag) out.append(" <").append(*event.tag).append(">");
}

void append_scalar(std::string& out, const YamlEvent& event) {
    constexpr std::string_view style_marks = ":'\"|>";
    out += "=VAL";
    append_properties(out, event);
    out.push_back(' ');
    out.push_back(style_marks[static_cast<std::size_t>(event.style)]);
    append_escaped(out, event.text);
}

void append_event(std::string& out, const YamlEvent& event) {
    using Type = YamlEvent::Type;
    switch (event.type) {
        case Type::stream_start: out += "+STR"; break;
        case Type::stream_end: out += "-STR"; break;
        case Type::document_start: out += event.explicit_marker ? "+DOC ---" : "+DOC"; break;
        case Type::document_end: out += event.explicit_marker ? "-DOC ..." : "-DOC"; break;
        case Type::mapping_start:
            out += event.flow ? "+MAP {}" : "+MAP";
            append_properties(out, event);
            break;
        case Type::mapping_end: out += "-MAP"; break;
        case Type::sequence_start:
            out += event.flow ? "+SEQ []" : "+SEQ";
            append_properties(out, event);
            break;
        case Type::sequence_end: out += "-SEQ"; break;
        case Type::scalar: append_scalar(out, event); break;
        case Type::alias: out.append("=ALI *").append(event.text); break;
    }
    out.push_back('\n');
}

}  // namespace

Result<std::string> yaml_events(std::string_view text) {
    YamlEventReader reader(text);
    std::string out;
    while (true) {
        TRY(auto event, reader.next());
        if (!event) return out;
        append_event(out, *event);
    }
}

}  // namespace weft::codec
