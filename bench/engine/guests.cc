#include "bench/engine/guests.h"

#include <fstream>
#include <iterator>

namespace weft::bench {
namespace {

void put_unsigned(Bytes& out, std::uint32_t value) {
    for (; value >= 0x80; value >>= 7U) out.push_back(static_cast<std::uint8_t>(value | 0x80U));
    out.push_back(static_cast<std::uint8_t>(value));
}

}  // namespace

Result<Bytes> read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return fail(Errc::not_found, "bench.no_file", "'{}' cannot be read", path);
    return Bytes(std::istreambuf_iterator<char>(in), {});
}

Result<std::shared_ptr<const engine::Component>> load_guest(engine::Engine* engine,
                                                            const std::string& folder,
                                                            const std::string& name,
                                                            const std::string& flavour) {
    const auto* const suffix = flavour == "concurrent" ? "_concurrent" : "";
    TRY(const auto wasm, read_file(folder + "/" + name + suffix + ".wasm"));
    return engine->compile(wasm, engine::Engine::Imports::handler);
}

Bytes run_arguments(What what, std::uint32_t size, std::uint32_t count) {
    Bytes out;
    for (const auto value : {static_cast<std::uint32_t>(what), size, count})
        put_unsigned(out, value);
    return out;
}

Bytes byte_list(std::uint32_t size) {
    Bytes out;
    put_unsigned(out, size);
    out.resize(out.size() + size);
    return out;
}

}  // namespace weft::bench
