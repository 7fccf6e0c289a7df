#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "io/engine/engine.h"

/// The two guests of the bench (guests/*.wat) and their values, encoded.
namespace weft::bench {

/// What the service offers and the caller imports, by the caller's first argument.
enum class What : std::uint8_t { nop = 0, add = 1, echo = 2 };

/// The bytes of a file. Errors: not_found.
Result<Bytes> read_file(const std::string& path);

/// `bench/engine/guests` `name` in one flavour, "plain" or "concurrent".
Result<std::shared_ptr<const engine::Component>> load_guest(engine::Engine* engine,
                                                            const std::string& folder,
                                                            const std::string& name,
                                                            const std::string& flavour);

/// Arguments of the caller's `run`.
Bytes run_arguments(What what, std::uint32_t size, std::uint32_t count);
/// A `list<u8>` of zeros.
Bytes byte_list(std::uint32_t size);

}  // namespace weft::bench
