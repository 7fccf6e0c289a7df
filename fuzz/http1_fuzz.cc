// Any bytes are refused, not enough, or a request: its parts have the form that they promise, it
// reads the same whole and byte by byte, and Boost.Beast finds the same end and content if it
// accepts it too.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/core/bytes.h"
#include "http1_beast.h"
#include "io/net/http1_body.h"
#include "io/net/http1_request.h"

namespace {

using namespace weft;

constexpr std::size_t head_bytes_max = 4096;
constexpr std::uint64_t body_bytes_max = 4096;

void expect(bool condition) {
    if (!condition) std::abort();
}

struct Content {
    std::string bytes;
    bool is_refused = false;
    bool is_done = false;
    std::size_t used = 0;
};

/// Gives the decoder what is new in steps of so many bytes.
Content read_body(const net::RequestHead& head, BytesView input, std::size_t step) {
    Content content;
    auto decoder = net::BodyDecoder::create(head, body_bytes_max);
    content.is_refused = !decoder;
    std::size_t end = 0;
    while (!content.is_refused && !decoder->is_done()) {
        std::size_t used = 0;
        auto piece = decoder->read(input.subspan(content.used, end - content.used), used);
        content.is_refused = !piece;
        content.used += used;
        expect(content.used <= end);
        if (piece && *piece) content.bytes += as_text((*piece)->data);
        if (end == input.size() && (!piece || !*piece)) break;
        end = std::min(end + step, input.size());
    }
    content.is_done = decoder && decoder->is_done();
    expect(content.bytes.size() <= body_bytes_max);
    return content;
}

void check_head(const net::RequestHead& head) {
    const auto& request = head.request;
    expect(net::is_token(request.method) && request.method != "CONNECT");
    expect(request.path_and_query == "*" || request.path_and_query.starts_with('/'));
    for (const auto& header : request.headers)
        expect(net::is_token(header.name) && !net::has_control(header.value));
    expect(!head.is_chunked || head.content_length == 0);
}

/// `input` begins with the head, behind empty lines, which the other parser does not know.
void compare(const net::RequestHead& head, const Content& own, BytesView input,
             std::size_t head_bytes) {
    const auto other = fuzz::read_with_beast(input, body_bytes_max);
    if (!other) return;
    expect(other->method == head.request.method);
    expect(other->is_chunked == head.is_chunked);
    expect(head.is_chunked || other->content_length.value_or(0) == head.content_length);
    if (own.is_refused || other->is_refused) return;
    expect(other->is_done == own.is_done);
    if (!own.is_done) return;
    expect(other->used == head_bytes + own.used);
    expect(other->content == own.bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView input(data, size);
    std::size_t used = 0;
    const auto head = net::RequestHeadReader(head_bytes_max).read(input, used);
    if (!head || !*head) {
        expect(used == 0);
        return 0;
    }
    check_head(**head);
    expect(used <= size);
    std::size_t none = 0;
    const auto before = net::RequestHeadReader(head_bytes_max).read(input.first(used - 1), none);
    expect(before && !*before && none == 0);

    const auto rest = input.subspan(used);
    const auto whole = read_body(**head, rest, std::max<std::size_t>(rest.size(), 1));
    const auto cut = read_body(**head, rest, 1);
    expect(whole.is_refused == cut.is_refused && whole.is_done == cut.is_done);
    if (!whole.is_refused) expect(whole.bytes == cut.bytes && whole.used == cut.used);
    const auto empty = as_text(input).find_first_not_of("\r\n");
    compare(**head, whole, input.subspan(empty), used - empty);
    return 0;
}
