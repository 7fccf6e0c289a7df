#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/rt/byte_stream.h"
#include "io/net/http1_request.h"

namespace weft::net {

/// Reads the content of one request from the bytes after its head: as many bytes as the head says,
/// or chunks. It must take nothing of the request that follows, in whatever pieces the bytes
/// arrive. Chunk extensions and trailers are checked and bounded in total; trailers come with the
/// last piece, without those of the connection. Source: RFC 9112 sections 6.3 and 7.1.
class BodyDecoder {
  public:
    /// Bytes of extensions and trailers in one request.
    static constexpr std::size_t extra_bytes_max = 16U << 10U;

    /// Errors: exhausted (`net.http_body_too_large`).
    static Result<BodyDecoder> create(const RequestHead& head, std::uint64_t body_bytes_max);

    /// Reads a piece of the content from `input`; `used` says how many bytes it took. Empty when
    /// more input is needed. Errors: invalid_argument, exhausted (`net.http_body_too_large`).
    Result<std::optional<rt::Chunk>> read(BytesView input, std::size_t& used);

    /// Bytes of content that are still to come; the largest number when nobody knows.
    std::uint64_t bytes_left() const {
        return is_chunked_ && !is_done() ? std::numeric_limits<std::uint64_t>::max() : data_left_;
    }
    /// True once the request is complete.
    bool is_done() const { return next_ == Next::nothing; }

  private:
    enum class Next { data, end_of_chunk, size, trailer, nothing };

    explicit BodyDecoder(std::uint64_t body_bytes_max) : body_bytes_max_(body_bytes_max) {}
    Result<std::optional<std::string_view>> take_line(std::string_view& text);
    Result<void> read_line(std::string_view line);
    Result<void> read_size(std::string_view line);
    Result<void> expect_data(std::uint64_t bytes);

    Next next_ = Next::nothing;
    bool is_chunked_ = false;
    std::uint64_t data_left_ = 0;   // Of this chunk, or of all when not chunked.
    std::uint64_t body_bytes_ = 0;  // What the sizes seen so far add up to.
    std::uint64_t body_bytes_max_;  // Invariant: body_bytes_ <= body_bytes_max_.
    std::size_t extra_left_ = extra_bytes_max;
    rt::Trailers trailers_;
};

}  // namespace weft::net
