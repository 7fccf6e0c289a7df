#pragma once

#include <cstdint>

#include "base/core/bytes.h"

namespace weft::crypto {

/// CRC-16/XMODEM: polynomial 0x1021, start 0, nothing reflected. Finds slips, not attacks.
std::uint16_t crc16_xmodem(BytesView bytes);

}  // namespace weft::crypto
