#pragma once

#include <array>
#include <cstdint>

#include "rootpool/pcie/credits.h"
#include "rootpool/pcie/types.h"

namespace rootpool::pcie {

/// The data link layer packets that links use (PCIe base table 3-5).
enum class DllpKind : std::uint8_t { ack, nak, init_fc1, init_fc2, update_fc };

/// A data link layer packet of virtual channel 0. Fields that a kind does not have are zero.
struct Dllp {
    DllpKind kind = DllpKind::ack;
    FlowClass flow = FlowClass::posted; ///< flow control
    std::uint16_t sequence = 0;         ///< Ack, Nak: 12 bits
    CreditCount credits;                ///< flow control
    friend bool operator==(const Dllp&, const Dllp&) = default;
};

/// The four bytes of a DLLP and its CRC-16 (PCIe base 3.5.2, 3.5.3).
[[nodiscard]] std::array<std::uint8_t, 6> encode(const Dllp& dllp) noexcept;

} // namespace rootpool::pcie
