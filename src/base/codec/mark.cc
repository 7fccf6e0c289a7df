#include "base/codec/mark.h"

#include <algorithm>

namespace weft::codec {

Mark mark_at(std::string_view text, std::size_t offset) {
    Mark mark;
    for (const char c : text.substr(0, std::min(offset, text.size()))) {
        if (c == '\n') {
            ++mark.line;
            mark.column = 1;
        } else if ((static_cast<std::uint8_t>(c) & 0xC0) != 0x80) {
            ++mark.column;
        }
    }
    return mark;
}

}  // namespace weft::codec
