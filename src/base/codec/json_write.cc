#include <charconv>
#include <cmath>

#include "base/codec/json.h"
#include "base/codec/utf8.h"

namespace weft::codec {

namespace {

class Writer {
  public:
    enum class Form : std::uint8_t { compact, pretty };
    explicit Writer(Form form) : form_(form) {}

    void write(const Json& value) {
        switch (value.kind()) {
            case Json::Kind::null: out_ += "null"; break;
            case Json::Kind::boolean: out_ += *value.as_bool() ? "true" : "false"; break;
            case Json::Kind::int64: write_integer(*value.as_int()); break;
            case Json::Kind::uint64: write_integer(*value.as_uint()); break;
            case Json::Kind::real: write_double(*value.as_double()); break;
            case Json::Kind::string: append_json_string(out_, *value.as_string()); break;
            case Json::Kind::array: write_array(*value.as_array()); break;
            case Json::Kind::object: write_object(*value.as_object()); break;
        }
    }

    std::string take() { return std::move(out_); }

  private:
    void write_integer(auto value) {
        const std::string_view quote = is_json_number(value) ? "" : "\"";
        out_.append(quote).append(std::to_string(value)).append(quote);
    }

    void write_double(double value) {
        if (!std::isfinite(value)) {
            out_ += "null";
            return;
        }
        char digits[32];
        const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        const std::string_view text(digits, static_cast<std::size_t>(end - digits));
        out_ += text;
        // Without a fraction or exponent it would be read back as an integer.
        if (text.find_first_of(".e") == std::string_view::npos) out_ += ".0";
    }

    void write_array(const Json::Array& items) {
        out_.push_back('[');
        ++depth_;
        bool first = true;
        for (const auto& item : items) {
            separate(std::exchange(first, false));
            write(item);
        }
        close(items.empty(), ']');
    }

    void write_object(const Json::Object& members) {
        out_.push_back('{');
        ++depth_;
        bool first = true;
        for (const auto& member : members) {
            separate(std::exchange(first, false));
            append_json_string(out_, member.key);
            out_ += form_ == Form::pretty ? ": " : ":";
            write(member.value);
        }
        close(members.empty(), '}');
    }

    void separate(bool first) {
        if (!first) out_.push_back(',');
        break_line();
    }

    void close(bool empty, char bracket) {
        --depth_;
        if (!empty) break_line();
        out_.push_back(bracket);
    }

    void break_line() {
        if (form_ == Form::compact) return;
        out_.push_back('\n');
        out_.append(depth_ * 2, ' ');
    }

    Form form_;
    std::size_t depth_ = 0;
    std::string out_;
};

/// The two-character escape of RFC 8259 section 7, or 0.
char short_escape(char32_t code_point) {
    switch (code_point) {
        case '"': return '"';
        case '\\': return '\\';
        case '\b': return 'b';
        case '\f': return 'f';
        case '\n': return 'n';
        case '\r': return 'r';
        case '\t': return 't';
        default: return 0;
    }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out.push_back('"');
    while (!text.empty()) {
        const Utf8Char next = decode_utf8(text);
        if (const char letter = short_escape(next.code_point)) {
            out.push_back('\\');
            out.push_back(letter);
        } else if (is_unsafe_to_print(next.code_point)) {
            out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(next.code_point));
        } else {
            append_utf8(out, next.code_point);
        }
        text.remove_prefix(next.bytes);
    }
    out.push_back('"');
}

std::string write_json(const Json& value) {
    Writer writer(Writer::Form::compact);
    writer.write(value);
    return writer.take();
}

std::string write_json_pretty(const Json& value) {
    Writer writer(Writer::Form::pretty);
    writer.write(value);
    return writer.take();
}

}  // namespace weft::codec
