// Says hello from the path it was asked for; gives back what is POSTed or PUT, as it arrives.

#include <algorithm>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "hello_cpp.h"

namespace types = ::wasi::http::types;
namespace streams = ::wasi::io::streams;

namespace {

using Written = std::expected<void, streams::StreamError>;

// One write takes this much at most; and one turn of the echo that much.
constexpr std::size_t write_bytes_max = 4096;
constexpr std::uint64_t echo_bytes_max = 64 * 1024;

std::span<const std::uint8_t> bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

bool is_echo(const types::IncomingRequest& request) {
    const auto method = request.Method();
    return std::holds_alternative<types::Method::Post>(method.variants) ||
           std::holds_alternative<types::Method::Put>(method.variants);
}

types::OutgoingResponse response_of(std::string_view content_type) {
    types::Fields headers;
    (void)headers.Append("content-type", bytes(content_type));
    return types::OutgoingResponse(std::move(headers));
}

Written greet(const types::IncomingRequest& request, const streams::OutputStream& to) {
    const auto path = request.PathWithQuery();
    const std::string text = "hello from c++ " + (path ? path->to_string() : "/") + "\n";
    for (auto rest = bytes(text); !rest.empty();) {
        const auto chunk = rest.first(std::min(rest.size(), write_bytes_max));
        if (auto written = to.BlockingWriteAndFlush(chunk); !written) return written;
        rest = rest.subspan(chunk.size());
    }
    return {};
}

Written echo(const types::IncomingRequest& request, const streams::OutputStream& to) {
    const auto body = request.Consume();
    if (!body) return {};
    const auto from = body->Stream();
    if (!from) return {};
    for (;;) {
        auto moved = to.BlockingSplice(std::cref(*from), echo_bytes_max);
        if (moved) continue;
        if (std::holds_alternative<streams::StreamError::Closed>(moved.error().variants)) return {};
        return std::unexpected(std::move(moved.error()));
    }
}

// The stream ends with this function, before the body can be finished.
Written write_body(const types::IncomingRequest& request, const types::OutgoingBody& body,
                   bool echoes) {
    const auto stream = body.Write();
    if (!stream) return {};
    return echoes ? echo(request, *stream) : greet(request, *stream);
}

}  // namespace

void exports::wasi::http::incoming_handler::Handle(types::IncomingRequest&& request,
                                                   types::ResponseOutparam&& out) {
    const bool echoes = is_echo(request);
    auto response = response_of(echoes ? "application/octet-stream" : "text/plain");
    auto body = response.Body();
    types::ResponseOutparam::Set(std::move(out), std::move(response));
    if (!body) return;

    // A body that is dropped and not finished tells the client that the rest is missing.
    if (write_body(request, *body, echoes))
        (void)types::OutgoingBody::Finish(std::move(*body), std::nullopt);
}
