#include <charconv>

#include <fmt/format.h>

#include "io/engine/fake/fake_engine.h"

namespace weft::engine::fake {
namespace {

int number(const std::string& digits) {
    int number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

std::string lines(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += word + "\n";
    return text;
}

rt::Task<int> behave(std::shared_ptr<GuestHost> host) {
    const auto& arguments = host->granted().arguments;
    const std::string what = arguments.size() > 1 ? arguments[1] : "";
    const std::string how = arguments.size() > 2 ? arguments[2] : "";
    if (what == "exit") co_return number(how);
    if (what == "abort") co_return host->trap("unreachable");
    if (what == "arguments") host->print(GuestStream::out, lines(arguments));
    if (what == "outgoing") {
        // A program that tries again is told each time.
        host->refuse(Refusal::outgoing_http, how);
        host->refuse(Refusal::outgoing_http, how);
    }
    if (what == "complain") host->print(GuestStream::err, how);
    if (what == "environment")
        for (const auto& [name, value] : host->granted().environment)
            host->print(GuestStream::out, fmt::format("{}={}\n", name, value));
    if (what == "spin") {
        CO_CHECK(co_await host->spin());
    }
    if (what == "sleep") {
        CO_CHECK(co_await host->sleep(std::chrono::milliseconds(number(how))));
    }
    co_return 0;
}

}  // namespace

Main test_program() { return behave; }

}  // namespace weft::engine::fake
