#include "base/crypto/crc16.h"

namespace weft::crypto {

std::uint16_t crc16_xmodem(BytesView bytes) {
    std::uint32_t crc = 0;
    for (const auto byte : bytes) {
        crc ^= static_cast<std::uint32_t>(byte) << 8U;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U;
        crc &= 0xffffU;
    }
    return static_cast<std::uint16_t>(crc);
}

}  // namespace weft::crypto
