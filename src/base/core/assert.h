#pragma once

namespace weft {

/// Writes the place and the reason to stderr and ends the process: after a broken invariant memory
/// cannot be trusted.
[[noreturn]] void assertion_failed(const char* condition, const char* reason, const char* file,
                                   int line) noexcept;

}  // namespace weft

/// For our own bugs only, on in every build; input from outside never reaches one.
#define WEFT_ASSERT(condition, reason)                                        \
    do {                                                                      \
        if (!(condition)) [[unlikely]]                                        \
            ::weft::assertion_failed(#condition, reason, __FILE__, __LINE__); \
    } while (false)
