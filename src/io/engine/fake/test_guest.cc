#include <algorithm>
#include <charconv>
#include <string>

#include "base/rt/byte_stream_fixture.h"
#include "io/engine/fake/fake_engine.h"

namespace weft::engine::fake {
namespace {

using Response = rt::Task<net::HttpResponse>;

net::HttpResponse text(std::string_view content) {
    net::HttpResponse response;
    response.body = rt::source_of(to_bytes(content));
    return response;
}

/// Says how many bytes the query asks for.
std::uint64_t number_after(std::string_view target, char mark) {
    std::uint64_t number = 0;
    const auto digits = target.substr(std::min(target.find(mark) + 1, target.size()));
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

Response behave(std::shared_ptr<GuestHost> host, net::HttpRequest request) {
    const std::string target = request.path_and_query;
    const std::string path = target.substr(0, target.find('?'));
    if (path == "/trap") co_return host->trap("unreachable");
    if (path == "/none")
        co_return fail(Errc::failed_precondition, "engine.no_response",
                       "the component ended without a response");
    if (path == "/spin") {
        CO_CHECK(co_await host->spin());
    }
    if (path == "/sleep") {
        CO_CHECK(co_await host->sleep(std::chrono::milliseconds(number_after(target, '?'))));
        co_return text("woke");
    }
    if (path == "/print") {
        host->print(GuestStream::out, "to stdout\nno newline");
        host->print(GuestStream::err, "to stderr\n");
    }
    if (path == "/outgoing") {
        host->refuse(Refusal::outgoing_http, "localhost:1");
        co_return text("HttpRequestDenied");
    }
    if (path == "/count") co_return text(std::to_string(host->call()));
    net::HttpResponse response = text("ignored");
    if (path == "/big")
        response.body = rt::source_of(Bytes(number_after(target, '?'), 'x'), 64U << 10U);
    if (path == "/echo") response.body = std::move(request.body);
    if (path == "/trap-late")
        response.body = rt::failing_source(to_bytes("first"), host->trap("unreachable").error());
    co_return response;
}

}  // namespace

Guest test_guest() { return behave; }

}  // namespace weft::engine::fake
