#include "base/codec/yaml.h"

#include <set>
#include <utility>

#include "base/codec/json.h"
#include "base/codec/utf8.h"
#include "base/codec/yaml_core_schema.h"
#include "base/codec/yaml_event_reader.h"

namespace weft::codec {

namespace {

using Type = YamlEvent::Type;

/// `fail` for the site at `mark`.
template <typename... Args>
Failure fail_at(Mark mark, Errc code, Slug slug, fmt::format_string<Args...> format,
                Args&&... args) {
    const auto text = fmt::vformat(format, fmt::make_format_args(args...));
    return fail(code, slug, "line {}, column {}: {}", mark.line, mark.column, text);
}

/// Input that reaches a person's terminal again, in quotes and escaped.
std::string quoted(std::string_view text) {
    constexpr std::size_t shown_max = 60;
    return write_json(Json(text.substr(0, shown_max)));
}

Failure depth_failure(Mark mark, const YamlLimits& limits) {
    return fail_at(mark, Errc::exhausted, "yaml.depth_exceeded",
                   "sequences and mappings are nested more than {} deep", limits.depth_max);
}

/// Turns events into trees; keeps its own stack, so that the text's depth is not the machine's.
class Loader {
  public:
    Loader(std::string_view text, const YamlLimits& limits) : reader_(text), limits_(limits) {}

    Result<std::vector<YamlNode>> load() {
        while (true) {
            TRY(auto event, reader_.next());
            if (!event) return std::move(documents_);
            CHECK(take(*std::move(event)));
        }
    }

    Mark last_mark() const { return reader_.last_mark(); }

  private:
    /// A sequence or mapping whose end has not come yet.
    struct Frame {
        YamlNode node;
        std::optional<YamlEntry> open_entry{};  // has its key, waits for its value
        std::set<std::string> keys{};
    };

    Result<void> take(YamlEvent event) {
        switch (event.type) {
            case Type::stream_start:
            case Type::stream_end:
            case Type::document_end: return ok();
            case Type::document_start: return start_document(event);
            case Type::alias:
                return fail_at(event.mark, Errc::unsupported, "yaml.alias_refused",
                               "alias {} is not allowed, write the value out", quoted(event.text));
            case Type::mapping_end:
            case Type::sequence_end: return end_collection();
            case Type::mapping_start:
            case Type::sequence_start:
            case Type::scalar: return start_node(std::move(event));
        }
        return ok();
    }

    Result<void> start_document(const YamlEvent& event) {
        if (documents_.size() < limits_.documents_max) return ok();
        return fail_at(event.mark, Errc::exhausted, "yaml.documents_exceeded",
                       "the text has more than {} documents", limits_.documents_max);
    }

    Result<void> start_node(YamlEvent event) {
        if (event.anchor)
            return fail_at(event.mark, Errc::unsupported, "yaml.anchor_refused",
                           "anchor {} is not allowed, write the value out where it is used",
                           quoted(*event.anchor));
        if (++nodes_ > limits_.nodes_max)
            return fail_at(event.mark, Errc::exhausted, "yaml.nodes_exceeded",
                           "the text has more than {} values", limits_.nodes_max);
        TRY(YamlNode node, make_node(event));
        if (expects_key()) return add_key(std::move(node));
        if (event.type == Type::scalar) {
            add(std::move(node));
            return ok();
        }
        if (frames_.size() == limits_.depth_max) return depth_failure(event.mark, limits_);
        frames_.push_back({.node = std::move(node)});
        return ok();
    }

    static Result<YamlNode> make_node(YamlEvent& event) {
        YamlNode node;
        node.mark = event.mark;
        if (event.type == Type::mapping_start) node.kind = YamlNode::Kind::mapping;
        if (event.type == Type::sequence_start) node.kind = YamlNode::Kind::sequence;
        if (event.style != YamlEvent::Style::plain) node.style = YamlNode::Style::quoted;
        node.text = std::move(event.text);
        if (event.tag) CHECK(apply_tag(*event.tag, node));
        return node;
    }

    static Result<void> apply_tag(std::string_view tag, YamlNode& node) {
        constexpr std::string_view prefix = "tag:yaml.org,2002:";
        const bool core = tag.starts_with(prefix);
        const auto name = core ? tag.substr(prefix.size()) : tag;
        bool fits = false;
        if (tag == "!" || (core && name == "str")) {
            // "!" asks for the type by kind alone, which for a scalar is a string.
            fits = tag == "!" || node.is_scalar();
            if (node.is_scalar()) node.style = YamlNode::Style::quoted;
        } else if (core && name == "map") {
            fits = node.is_mapping();
        } else if (core && name == "seq") {
            fits = node.is_sequence();
        } else if (core && (name == "null" || name == "bool" || name == "int" || name == "float")) {
            node.style = YamlNode::Style::plain;
            fits = fits_scalar_tag(name, node);
        } else {
            return fail_at(node.mark, Errc::unsupported, "yaml.tag_refused",
                           "tag {} is not allowed, only those of the core schema are", quoted(tag));
        }
        if (fits) return ok();
        return fail_at(node.mark, Errc::corrupt, "yaml.tag_mismatch",
                       "the value is not of the type that its tag {} names", quoted(tag));
    }

    static bool fits_scalar_tag(std::string_view name, const YamlNode& node) {
        if (!node.is_scalar()) return false;
        const CoreType type = core_type(node.text);
        if (name == "null") return type == CoreType::null;
        if (name == "bool") return type == CoreType::boolean;
        if (name == "int") return type == CoreType::integer;
        return type == CoreType::real || type == CoreType::integer;
    }

    bool expects_key() const {
        return !frames_.empty() && frames_.back().node.is_mapping() && !frames_.back().open_entry;
    }

    Result<void> add_key(YamlNode key) {
        if (!key.is_scalar())
            return fail_at(key.mark, Errc::unsupported, "yaml.key_not_scalar",
                           "a key must be a word or a quoted text");
        if (key.style == YamlNode::Style::plain && key.text == "<<")
            return fail_at(key.mark, Errc::unsupported, "yaml.merge_key_refused",
                           "merge key '<<' is not allowed, write the members out");
        Frame& frame = frames_.back();
        if (!frame.keys.insert(key.text).second)
            return fail_at(key.mark, Errc::corrupt, "yaml.key_duplicate", "key {} occurs twice",
                           quoted(key.text));
        frame.open_entry = YamlEntry{std::move(key.text), key.mark, {}};
        return ok();
    }

    Result<void> end_collection() {
        YamlNode node = std::move(frames_.back().node);
        frames_.pop_back();
        add(std::move(node));
        return ok();
    }

    void add(YamlNode node) {
        if (frames_.empty()) {
            documents_.push_back(std::move(node));
            return;
        }
        Frame& frame = frames_.back();
        if (frame.node.is_sequence()) {
            frame.node.items.push_back(std::move(node));
            return;
        }
        frame.open_entry->value = std::move(node);
        frame.node.entries.push_back(*std::exchange(frame.open_entry, std::nullopt));
    }

    YamlEventReader reader_;
    YamlLimits limits_;
    std::vector<Frame> frames_;
    std::vector<YamlNode> documents_;
    std::size_t nodes_ = 0;
};

bool is_binary(char32_t c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

/// Finds, before the parser sees them, the texts that would keep it busy for long: it reads all
/// brackets ahead, and its time grows with the square of the blank lines in a row.
class CostGuard {
  public:
    explicit CostGuard(const YamlLimits& limits)
        : brackets_max_(limits.depth_max + brackets_slack),
          blank_lines_max_(limits.blank_lines_max) {}

    /// Takes the next character, then both answers tell of all so far.
    void take(char c) {
        if (c == '[' || c == '{') ++brackets_;
        if ((c == ']' || c == '}') && brackets_ > 0) --brackets_;
        if (c == '\r' || (c == '\n' && last_ != '\r'))
            ++lines_;
        else if (c != ' ' && c != '\t' && c != '\n')
            lines_ = 0;
        last_ = c;
    }
    bool too_deep() const { return brackets_ > brackets_max_; }
    bool too_blank() const { return lines_ > blank_lines_max_ + 1; }

  private:
    /// Open brackets within strings and comments count too, so the limit is far from any real text.
    static constexpr std::size_t brackets_slack = 1000;

    std::size_t brackets_max_;
    std::size_t blank_lines_max_;
    std::size_t brackets_ = 0;
    std::size_t lines_ = 0;  // line ends since the last character that is not white space
    char last_ = 0;
};

/// Refuses what is not text, or costs too much, before the parser sees it; `at` receives the place.
Result<void> check_bytes(std::string_view text, const YamlLimits& limits, Mark& at) {
    if (text.size() > limits.bytes_max)
        return fail(Errc::exhausted, "yaml.text_too_long",
                    "the YAML text has {} bytes, the limit is {}", text.size(), limits.bytes_max);
    CostGuard guard(limits);
    for (std::size_t i = 0; i < text.size(); ++i) {
        guard.take(text[i]);
        const auto byte = static_cast<std::uint8_t>(text[i]);
        if (!is_binary(byte) && !guard.too_deep() && !guard.too_blank()) [[likely]]
            continue;
        at = mark_at(text, i);
        if (guard.too_deep()) return depth_failure(at, limits);
        if (guard.too_blank())
            return fail_at(at, Errc::exhausted, "yaml.blank_lines_exceeded",
                           "more than {} blank lines follow one another", limits.blank_lines_max);
        return fail_at(at, Errc::corrupt, "yaml.binary_input",
                       "byte 0x{:02x} does not occur in text, this is not a YAML file", byte);
    }
    if (const auto bad = find_invalid_utf8(text); bad != std::string_view::npos) {
        at = mark_at(text, bad);
        return fail_at(at, Errc::corrupt, "yaml.utf8_invalid",
                       "byte 0x{:02x} is not valid UTF-8, save the file as UTF-8",
                       static_cast<std::uint8_t>(text[bad]));
    }
    return ok();
}

}  // namespace

Result<std::vector<YamlNode>> parse_yaml_documents(std::string_view text, YamlLimits limits,
                                                   Mark* error_at) {
    Mark ignored;
    Mark& at = error_at ? *error_at : ignored;
    at = Mark{};
    CHECK(check_bytes(text, limits, at));
    Loader loader(text, limits);
    auto documents = loader.load();
    if (!documents) at = loader.last_mark();
    return documents;
}

Result<YamlNode> parse_yaml(std::string_view text, YamlLimits limits, Mark* error_at) {
    TRY(auto documents, parse_yaml_documents(text, limits, error_at));
    if (documents.empty())
        return fail(Errc::invalid_argument, "yaml.document_missing",
                    "the YAML text holds no value, it is empty or comments only");
    if (documents.size() > 1) {
        const Mark at = documents[1].mark;
        if (error_at) *error_at = at;
        return fail_at(at, Errc::invalid_argument, "yaml.documents_several",
                       "a second document begins, only one is expected");
    }
    return std::move(documents.front());
}

}  // namespace weft::codec
