#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::codec {

/// A place in a text, 1-based; columns count characters, not bytes.
struct Mark {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
    friend bool operator==(const Mark&, const Mark&) = default;
};

/// The place of an byte. Lines end with LF or CR LF; an byte that continues a character counts
/// with it.
Mark mark_at(std::string_view text, std::size_t offset);

}  // namespace weft::codec
