#include <charconv>
#include <set>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/src.hpp>  // the library's own definitions: in this file and no other

#include "base/codec/json.h"
#include "base/codec/mark.h"
#include "base/codec/utf8.h"

namespace weft::codec {

namespace {

using boost::json::error_code;
using boost::json::string_view;

/// Builds the tree from the events of Boost.JSON's parser, whose names the members must have. A
/// member that refuses sets an error code of Boost's and says in `refusal` what is wrong.
class TreeBuilder {
  public:
    enum class Refusal : std::uint8_t { none, key_duplicate, number_range };

    // Limits that the parser asks for; the length of the text bounds all of them.
    static constexpr std::size_t max_object_size = std::string::npos;
    static constexpr std::size_t max_array_size = std::string::npos;
    static constexpr std::size_t max_key_size = std::string::npos;
    static constexpr std::size_t max_string_size = std::string::npos;

    Refusal refusal() const { return refusal_; }
    const std::string& refused_text() const { return text_; }
    Json take() { return std::move(root_); }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }

    bool on_array_begin(error_code&) { return open(Json::Kind::array); }
    bool on_object_begin(error_code&) { return open(Json::Kind::object); }
    bool on_array_end(std::size_t, error_code&) { return close(); }
    bool on_object_end(std::size_t, error_code&) { return close(); }

    bool on_key_part(string_view part, std::size_t, error_code&) { return append(part); }
    bool on_key(string_view part, std::size_t, error_code& ec) {
        append(part);
        if (!note_key()) return refuse(Refusal::key_duplicate, ec);
        key_ = std::exchange(text_, {});
        return true;
    }
    bool on_string_part(string_view part, std::size_t, error_code&) { return append(part); }
    bool on_string(string_view part, std::size_t, error_code&) {
        append(part);
        return add(Json(std::exchange(text_, {})));
    }
    bool on_number_part(string_view part, error_code&) { return append(part); }
    bool on_int64(std::int64_t value, string_view, error_code&) {
        text_.clear();
        return add(Json(value));
    }
    bool on_uint64(std::uint64_t value, string_view, error_code&) {
        text_.clear();
        return add(Json(value));
    }
    bool on_double(double, string_view part, error_code& ec) {
        // The parser's own value may be off by a unit in the last place.
        append(part);
        double value = 0;
        const auto end = text_.data() + text_.size();
        const auto read = std::from_chars(text_.data(), end, value);
        if (read.ec != std::errc() || read.ptr != end) return refuse(Refusal::number_range, ec);
        text_.clear();
        return add(Json(value));
    }
    bool on_bool(bool value, error_code&) { return add(Json(value)); }
    bool on_null(error_code&) { return add(Json()); }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }

  private:
    /// An array or object that is still open.
    struct Frame {
        Json::Kind kind;
        std::string key;  // under which its parent will hold it
        Json::Array items{};
        Json::Object members{};
        std::set<std::string> seen{};  // ordered: hostile keys cannot make it slow
    };

    bool append(string_view part) {
        text_.append(part.data(), part.size());
        return true;
    }

    bool refuse(Refusal refusal, error_code& ec) {
        refusal_ = refusal;
        ec = boost::json::error::syntax;
        return false;
    }

    bool note_key() { return frames_.back().seen.insert(text_).second; }

    bool add(Json value) {
        if (frames_.empty()) {
            root_ = std::move(value);
            return true;
        }
        Frame& parent = frames_.back();
        if (parent.kind == Json::Kind::array)
            parent.items.push_back(std::move(value));
        else
            parent.members.push_back({std::exchange(key_, {}), std::move(value)});
        return true;
    }

    bool open(Json::Kind kind) {
        frames_.push_back({.kind = kind, .key = std::exchange(key_, {})});
        return true;
    }

    bool close() {
        Frame frame = std::move(frames_.back());
        frames_.pop_back();
        key_ = std::move(frame.key);
        return frame.kind == Json::Kind::array ? add(Json(std::move(frame.items)))
                                               : add(Json(std::move(frame.members)));
    }

    std::vector<Frame> frames_;
    std::string text_;  // of the string, key or number that is being read
    std::string key_;   // of the next value
    Json root_;
    Refusal refusal_ = Refusal::none;
};

using Parser = boost::json::basic_parser<TreeBuilder>;

/// What stands at the place of a syntax error.
std::string describe_place(std::string_view text, std::size_t offset) {
    if (offset >= text.size()) return "the text ends too early";
    const auto next = decode_utf8(text.substr(offset));
    if (is_unsafe_to_print(next.code_point))
        return fmt::format("unexpected character U+{:04X}",
                           static_cast<std::uint32_t>(next.code_point));
    return fmt::format("unexpected '{}'", text.substr(offset, next.bytes));
}

Failure syntax_failure(std::string_view text, std::size_t offset, error_code ec) {
    const Mark at = mark_at(text, offset);
    const bool plain = ec == boost::json::error::syntax || ec == boost::json::error::extra_data ||
                       ec == boost::json::error::incomplete;
    return fail(Errc::corrupt, "json.syntax", "line {}, column {}: {}", at.line, at.column,
                plain ? describe_place(text, offset) : ec.message());
}

Failure parse_failure(std::string_view text, std::size_t offset, error_code ec,
                      const Parser& parser, JsonLimits limits) {
    const Mark at = mark_at(text, offset);
    if (ec == boost::json::error::too_deep)
        return fail(Errc::exhausted, "json.depth_exceeded",
                    "line {}, column {}: arrays and objects are nested more than {} deep", at.line,
                    at.column, limits.depth_max);
    const auto& builder = parser.handler();
    if (builder.refusal() == TreeBuilder::Refusal::key_duplicate)
        return fail(Errc::corrupt, "json.key_duplicate", "line {}, column {}: key {} occurs twice",
                    at.line, at.column, write_json(Json(builder.refused_text())));
    if (builder.refusal() == TreeBuilder::Refusal::number_range ||
        ec == boost::json::error::exponent_overflow)
        return fail(Errc::corrupt, "json.number_range",
                    "line {}, column {}: the number does not fit in a double", at.line, at.column);
    return syntax_failure(text, offset, ec);
}

}  // namespace

Result<Json> parse_json(std::string_view text, JsonLimits limits) {
    if (text.size() > limits.bytes_max)
        return fail(Errc::exhausted, "json.text_too_long",
                    "the JSON text has {} bytes, the limit is {}", text.size(), limits.bytes_max);
    if (const auto bad = find_invalid_utf8(text); bad != std::string_view::npos) {
        const Mark at = mark_at(text, bad);
        return fail(Errc::corrupt, "json.utf8_invalid",
                    "line {}, column {}: byte 0x{:02x} is not valid UTF-8", at.line, at.column,
                    static_cast<std::uint8_t>(text[bad]));
    }
    boost::json::parse_options options;
    options.max_depth = limits.depth_max;
    Parser parser(options);
    error_code ec;
    const auto consumed = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && consumed < text.size()) ec = boost::json::error::extra_data;
    if (ec) return parse_failure(text, consumed, ec, parser, limits);
    return parser.handler().take();
}

}  // namespace weft::codec
