#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/core/bytes.h"
#include "base/core/result.h"
#include "base/rt/byte_stream.h"
#include "io/net/http_message.h"

namespace weft::net {

/// Turns the bytes of one HTTP/1 request into values: first its head, then its content piece by
/// piece.
class Http1Parser {
  public:
    struct Limits {
        std::size_t head_bytes_max;
        std::uint64_t body_bytes_max;
    };
    struct Head {
        HttpRequest request;  ///< Without its body.
        bool keep_alive = true;
        bool is_http_1_0 = false;
        bool has_body = false;
        bool expects_continue = false;
    };

    explicit Http1Parser(Limits limits);
    ~Http1Parser();

    /// Reads a whole head from the front of `input`; `used` says how many bytes it took. Empty
    /// when the head is not complete yet. Errors: invalid_argument, unsupported, exhausted
    /// (`net.http_head_too_large`).
    Result<std::optional<Head>> parse_head(BytesView input, std::size_t& used);

    /// Reads a piece of the content from `input`; `used` says how many bytes it took. Empty when
    /// more input is needed. Errors: invalid_argument, exhausted (`net.http_body_too_large`).
    Result<std::optional<rt::Chunk>> parse_body(BytesView input, std::size_t& used);

    /// True once the request is complete, its content included.
    bool is_done() const;

  private:
    struct Impl;
    Limits limits_;
    std::unique_ptr<Impl> impl_;
};

}  // namespace weft::net
