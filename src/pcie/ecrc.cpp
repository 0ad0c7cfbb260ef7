#include <array>

#include "rootpool/core/bytes.h"
#include "rootpool/pcie/tlp_codec.h"

namespace rootpool::pcie {

namespace {

using Table = std::array<std::uint32_t, 256>;

/// Polynomial 04C11DB7h, each byte from its bit 0 on: the bit-reversed form.
constexpr Table make_table() noexcept {
    Table table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t remainder = i;
        for (int step = 0; step < 8; ++step) {
            remainder = remainder >> 1U ^ ((remainder & 1U) != 0 ? 0xEDB8'8320U : 0U);
        }
        table[i] = remainder;
    }
    return table;
}
constexpr Table table = make_table();

/// Bits that switches may change count as set: bit 0 of Type and EP (PCIe base 2.7.1).
constexpr std::uint8_t invariant(std::uint8_t byte, std::size_t index) noexcept {
    constexpr std::uint8_t type_bit_0 = 0x01;
    constexpr std::uint8_t poisoned = 0x40;
    return index == 0 ? byte | type_bit_0 : index == 2 ? byte | poisoned : byte;
}

} // namespace

std::uint32_t compute_ecrc(core::ByteView header_and_data) noexcept {
    std::uint32_t remainder = 0xFFFF'FFFFU;
    for (std::size_t i = 0; i < header_and_data.size(); ++i) {
        remainder = remainder >> 8U ^ table[(remainder ^ invariant(header_and_data[i], i)) & 0xFFU];
    }
    return core::detail::swap_bytes(~remainder);
}

} // namespace rootpool::pcie
