#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "weft_engine.h"

#include "base/core/bytes.h"
#include "io/engine/payload.h"

/// RAII over the C boundary. Included by sources of this module only.
namespace weft::engine::wasmtime {

template <auto Free>
struct FreeWith {
    template <typename T>
    void operator()(T* pointer) const noexcept {
        Free(pointer);
    }
};

using ErrorHandle = std::unique_ptr<we_error, FreeWith<we_error_free>>;
using EngineHandle = std::unique_ptr<we_engine, FreeWith<we_engine_free>>;
using ComponentHandle = std::unique_ptr<we_component, FreeWith<we_component_free>>;
using ModuleHandle = std::unique_ptr<we_module, FreeWith<we_module_free>>;
using WasiContextHandle = std::unique_ptr<we_wasi_context, FreeWith<we_wasi_context_free>>;
using BodyHandle = std::unique_ptr<we_body, FreeWith<we_body_free>>;
using StreamHandle = std::unique_ptr<we_stream, FreeWith<we_stream_free>>;
using TaskHandle = std::unique_ptr<we_task, FreeWith<we_task_drop>>;

inline we_str borrow(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
we_str borrow(std::string&& temporary) = delete;
template <std::size_t N>
we_str literal(const char (&text)[N]) {
    return borrow(std::string_view(text, N - 1));
}
inline we_str borrow(BytesView bytes) { return {bytes.data(), bytes.size()}; }
inline BytesView view(we_str bytes) { return {bytes.data, bytes.size}; }
inline std::string_view text(we_str bytes) { return as_text(view(bytes)); }

/// Moves bytes to the library, which frees them.
inline we_buf give(Bytes bytes) {
    auto* owner = new Bytes(std::move(bytes));
    return {owner->data(), owner->size(),
            [](void* moved) noexcept { delete static_cast<Bytes*>(moved); }, owner};
}

inline we_buf give(Payload payload) {
    const auto parts = std::move(payload).release();
    return {parts.bytes.data(), parts.bytes.size(), parts.free, parts.owner};
}
/// Takes bytes over from the library.
inline Payload take(we_buf bytes) {
    return {BytesView(bytes.data, bytes.size), bytes.free, bytes.owner};
}

/// Fills the first field of an option struct.
template <typename Options>
Options sized() {
    Options options{};
    options.size = sizeof(Options);
    return options;
}

}  // namespace weft::engine::wasmtime
