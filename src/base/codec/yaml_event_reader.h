#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec/mark.h"
#include "base/core/result.h"

namespace weft::codec {

/// One step of a YAML text. Only the fields that its type has are filled.
struct YamlEvent {
    enum class Type : std::uint8_t {
        stream_start,
        stream_end,
        document_start,
        document_end,
        mapping_start,
        mapping_end,
        sequence_start,
        sequence_end,
        scalar,
        alias,
    };
    enum class Style : std::uint8_t { plain, single_quoted, double_quoted, literal, folded };

    Type type = Type::stream_start;
    Mark mark;
    Style style = Style::plain;    ///< Of a scalar.
    bool explicit_marker = false;  ///< A document that begins with --- or ends with ...
    bool flow = false;             ///< A mapping in {} or a sequence in [].
    std::string text;              ///< Of a scalar; the anchor's name of an alias.
    std::optional<std::string> anchor;
    std::optional<std::string> tag;  ///< In full, such as "tag:yaml.org,2002:str".
};

/// Pulls events out of a text. The only place that knows the YAML library; for the files of this
/// module alone.
class YamlEventReader {
  public:
    /// `text` must outlive the reader.
    explicit YamlEventReader(std::string_view text);
    ~YamlEventReader();
    YamlEventReader(const YamlEventReader&) = delete;
    YamlEventReader& operator=(const YamlEventReader&) = delete;

    /// The next event; nothing after the end of the stream. Errors: corrupt (`yaml.syntax`, with
    /// "line L, column C: "; `last_mark` then gives the place).
    Result<std::optional<YamlEvent>> next();

    /// The place of the last event or error.
    Mark last_mark() const { return last_mark_; }

  private:
    struct Parser;
    /// With the library's first message, or `unexplained` when it has none.
    Failure syntax_failure(std::string_view unexplained);
    void note_flow(const YamlEvent& event);

    struct Open {
        Mark mark;
        bool is_flow;
    };
    std::unique_ptr<Parser> parser_;
    Mark last_mark_;
    std::vector<Open> open_;  ///< Mappings and sequences that have not ended, the innermost last.
};

}  // namespace weft::codec
