#pragma once

#include <string>
#include <string_view>

namespace weft::engine::fake {

/// A valid empty module that carries `name` in a custom section: bytes for `FakeEngine::add`, for
/// tests in which others look at the code too. `name` has at most 100 bytes.
inline std::string named_code(std::string_view name) {
    constexpr std::string_view section = "name_of_guest";
    std::string code{"\0asm\1\0\0\0", 8};
    code += '\0';
    code += static_cast<char>(1 + section.size() + name.size());
    code += static_cast<char>(section.size());
    code.append(section).append(name);
    return code;
}

}  // namespace weft::engine::fake
