#include "io/engine/wasmtime/make_wasi_context.h"

#include <algorithm>
#include <vector>

#include "io/engine/wasmtime/failure.h"

namespace weft::engine::wasmtime {
namespace {

we_address_range raw_of(const net::AddressRange& range) {
    we_address_range raw{};
    std::ranges::copy(range.bytes, std::begin(raw.bytes));
    raw.family = static_cast<std::uint8_t>(range.family);
    raw.bits = range.bits;
    raw.port = range.port;
    return raw;
}

we_directory raw_of(const Directory& directory) {
    return {.host = borrow(directory.host),
            .guest = borrow(directory.guest),
            .writable = directory.access == Directory::Access::read_write ? 1 : 0,
            .reserved = 0};
}

std::int32_t raw_of(Network::Reach reach) {
    switch (reach) {
        case Network::Reach::listed: return WE_NET_LIST;
        case Network::Reach::all: return WE_NET_ALL;
        default: return WE_NET_NONE;
    }
}

Result<WasiContextHandle> make_wasi_context(const we_wasi_context_config& config) {
    we_wasi_context* made = nullptr;
    we_error* error = nullptr;
    const we_status status = we_wasi_context_new(&config, &made, &error);
    const ErrorHandle owned(error);
    if (status == WE_INVALID)
        return fail(Errc::invalid_argument, "engine.wasi_context_invalid", "{}",
                    text(we_error_message(error)));
    if (status != WE_OK) return failure_of(error);
    return WasiContextHandle(made);
}

}  // namespace

Result<WasiContextHandle> make_wasi_context(const WasiContext& context) {
    std::vector<we_str> arguments;
    arguments.reserve(context.arguments.size());
    for (const auto& argument : context.arguments) arguments.push_back(borrow(argument));
    std::vector<we_header> environment;
    environment.reserve(context.environment.size());
    for (const auto& [name, value] : context.environment)
        environment.push_back({borrow(name), borrow(value)});
    std::vector<we_directory> directories;
    directories.reserve(context.directories.size());
    for (const auto& directory : context.directories) directories.push_back(raw_of(directory));
    std::vector<we_address_range> addresses;
    addresses.reserve(context.network.listed.size());
    for (const auto& range : context.network.listed) addresses.push_back(raw_of(range));

    auto raw = sized<we_wasi_context_config>();
    raw.arguments = arguments.data();
    raw.argument_count = arguments.size();
    raw.environment = environment.data();
    raw.environment_count = environment.size();
    raw.directories = directories.data();
    raw.directory_count = directories.size();
    raw.addresses = addresses.data();
    raw.address_count = addresses.size();
    raw.network = raw_of(context.network.reach);
    if (context.console == Console::process)
        raw.flags |= WE_WASI_CONTEXT_STDIN | WE_WASI_CONTEXT_STDOUT | WE_WASI_CONTEXT_STDERR;
    if (context.waiting == Waiting::in_place) raw.flags |= WE_WASI_CONTEXT_MAY_BLOCK;
    return make_wasi_context(raw);
}

}  // namespace weft::engine::wasmtime
