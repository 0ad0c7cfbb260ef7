#include "rootpool/pcie/dllp.h"

#include <span>

namespace rootpool::pcie {
namespace {

/// First byte: the packet type; flow control adds class and virtual channel 0.
constexpr std::uint8_t type_byte(const Dllp& dllp) noexcept {
    constexpr std::array<std::uint8_t, 5> types{0x00, 0x10, 0x40, 0xC0, 0x80}; // by DllpKind
    const bool flow_control = dllp.kind >= DllpKind::init_fc1;
    const auto of_class = static_cast<std::uint8_t>(static_cast<unsigned>(dllp.flow) << 4U);
    return static_cast<std::uint8_t>(types[static_cast<std::size_t>(dllp.kind)] + (flow_control ? of_class : 0U));
}

/// Polynomial 100Bh, seed FFFFh, bits of a byte from bit 0 upwards, complemented (PCIe base 3.5.3).
std::uint16_t crc16(std::span<const std::uint8_t> bytes) noexcept {
    constexpr std::uint16_t reflected_polynomial = 0xD008;
    std::uint16_t crc = 0xFFFF;
    for (const std::uint8_t byte : bytes) {
        crc = static_cast<std::uint16_t>(crc ^ byte);
        for (int bit = 0; bit < 8; ++bit) {
            crc = static_cast<std::uint16_t>((crc >> 1U) ^ ((crc & 1U) != 0 ? reflected_polynomial : 0U));
        }
    }
    return static_cast<std::uint16_t>(~crc);
}

} // namespace

std::array<std::uint8_t, 6> encode(const Dllp& dllp) noexcept {
    const bool flow_control = dllp.kind >= DllpKind::init_fc1;
    // HdrFC in bits 21:14 and DataFC in bits 11:0 of the dword; or the sequence number in its bits 11:0.
    const std::uint32_t content =
        flow_control ? static_cast<std::uint32_t>(dllp.credits.headers) << 14U | (dllp.credits.data & 0xFFFU)
                     : dllp.sequence & 0xFFFU;
    std::array<std::uint8_t, 6> bytes{type_byte(dllp), static_cast<std::uint8_t>(content >> 16U),
                                      static_cast<std::uint8_t>(content >> 8U), static_cast<std::uint8_t>(content)};
    const std::uint16_t crc = crc16(std::span(bytes).first(4));
    bytes[4] = static_cast<std::uint8_t>(crc);
    bytes[5] = static_cast<std::uint8_t>(crc >> 8U);
    return bytes;
}

} // namespace rootpool::pcie
