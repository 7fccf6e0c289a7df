#include "io/net/http1_body.h"

#include <algorithm>
#include <charconv>

namespace weft::net {
namespace {

constexpr std::size_t piece_bytes_max = 64U << 10U;
constexpr std::size_t size_digits_max = 16;  // All that 64 bits hold.

Failure malformed(std::string_view reason) {
    return fail(Errc::invalid_argument, "net.http_malformed_body", "the content is malformed: {}",
                reason);
}

void skip_blanks(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

bool take(std::string_view& text, char mark) {
    if (!text.starts_with(mark)) return false;
    text.remove_prefix(1);
    return true;
}

bool take_token(std::string_view& text) {
    std::size_t size = 0;
    while (size < text.size() && is_token(text.substr(size, 1))) ++size;
    text.remove_prefix(size);
    return size > 0;
}

/// Behind its first quote.
bool take_quoted(std::string_view& text) {
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c == '"') return true;
        if (c == '\\' && !text.empty()) text.remove_prefix(1);
    }
    return false;
}

/// Names, and perhaps values, each behind a semicolon (RFC 9112 section 7.1.1).
bool is_extension(std::string_view text) {
    if (has_control(text)) return false;
    while (!text.empty()) {
        skip_blanks(text);
        if (!take(text, ';')) return false;
        skip_blanks(text);
        if (!take_token(text)) return false;
        auto behind = text;
        skip_blanks(behind);
        if (!take(behind, '=')) continue;
        text = behind;
        skip_blanks(text);
        if (take(text, '"') ? !take_quoted(text) : !take_token(text)) return false;
    }
    return true;
}

}  // namespace

Result<BodyDecoder> BodyDecoder::create(const RequestHead& head, std::uint64_t body_bytes_max) {
    BodyDecoder decoder(body_bytes_max);
    decoder.is_chunked_ = head.is_chunked;
    if (head.is_chunked)
        decoder.next_ = Next::size;
    else if (head.content_length > 0)
        CHECK(decoder.expect_data(head.content_length));
    return decoder;
}

Result<void> BodyDecoder::expect_data(std::uint64_t bytes) {
    if (bytes > body_bytes_max_ - body_bytes_)
        return fail(Errc::exhausted, "net.http_body_too_large",
                    "the content is over the limit of {} bytes", body_bytes_max_);
    body_bytes_ += bytes;
    data_left_ = bytes;
    next_ = Next::data;
    return ok();
}

Result<std::optional<rt::Chunk>> BodyDecoder::read(BytesView input, std::size_t& used) {
    rt::Chunk piece;
    auto rest = as_text(input);
    used = 0;
    while (!is_done()) {
        if (next_ == Next::data) {
            const auto room = std::min(rest.size(), piece_bytes_max - piece.data.size());
            const auto took = static_cast<std::size_t>(std::min<std::uint64_t>(room, data_left_));
            const auto bytes = as_bytes(rest.substr(0, took));
            piece.data.insert(piece.data.end(), bytes.begin(), bytes.end());
            rest.remove_prefix(took);
            data_left_ -= took;
            if (data_left_ > 0) break;
            next_ = is_chunked_ ? Next::end_of_chunk : Next::nothing;
        } else {
            TRY(const auto line, take_line(rest));
            if (!line) break;
            CHECK(read_line(*line));
        }
    }
    used = input.size() - rest.size();
    piece.last = is_done();
    if (piece.last && !trailers_.empty())
        piece.trailers = std::make_unique<rt::Trailers>(std::move(trailers_));
    if (piece.data.empty() && !piece.last) return std::nullopt;
    return std::optional<rt::Chunk>(std::move(piece));
}

/// The next line of `text` without its CR LF, or nothing when it is not complete yet.
Result<std::optional<std::string_view>> BodyDecoder::take_line(std::string_view& text) {
    const auto end = text.find('\n');
    if (std::min(end, text.size()) > extra_left_ + size_digits_max)
        return malformed("chunk extensions and trailers are too long");
    if (end == std::string_view::npos) return std::nullopt;
    if (end == 0 || text[end - 1] != '\r') return malformed("a line does not end with CR LF");
    const auto line = text.substr(0, end - 1);
    text.remove_prefix(end + 1);
    return std::optional(line);
}

Result<void> BodyDecoder::read_line(std::string_view line) {
    if (next_ == Next::size) return read_size(line);
    if (next_ == Next::end_of_chunk) {
        next_ = Next::size;
        return line.empty() ? ok() : malformed("a chunk is longer than its size");
    }
    if (line.empty()) {
        next_ = Next::nothing;
        return ok();
    }
    const auto field = read_field(line);
    if (!field) return malformed("a trailer is not a field");
    if (line.size() > extra_left_) return malformed("chunk extensions and trailers are too long");
    extra_left_ -= line.size();
    if (!belongs_to_connection(field->name)) trailers_.emplace_back(field->name, field->value);
    return ok();
}

Result<void> BodyDecoder::read_size(std::string_view line) {
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
    const auto digits = static_cast<std::size_t>(end - line.data());
    if (error != std::errc() || digits > size_digits_max)
        return malformed("the size of a chunk is not a hexadecimal number");
    const auto extension = line.substr(digits);
    if (!extension.empty() && !is_extension(extension))
        return malformed("the size of a chunk is followed by something that is not an extension");
    if (extension.size() > extra_left_)
        return malformed("chunk extensions and trailers are too long");
    extra_left_ -= extension.size();
    if (size > 0) return expect_data(size);
    next_ = Next::trailer;
    return ok();
}

}  // namespace weft::net
