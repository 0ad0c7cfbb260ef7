#pragma once

#include <array>
#include <cstdint>

#include "rootpool/host/net_device.h"

/// Words of the mailbox protocol between ixgbe and ixgbevf: word 0 holds type, MSGINFO and flags (Linux ixgbe_mbx.h,
/// ixgbevf/mbx.h).
namespace rootpool::host::mailbox {

inline constexpr std::uint32_t type_mask = 0xFFFF;
inline constexpr unsigned info_shift = 16;
inline constexpr std::uint32_t info_mask = 0xFF;
inline constexpr std::uint32_t clear_to_send = 1U << 29U;
inline constexpr std::uint32_t nack = 1U << 30U;
inline constexpr std::uint32_t ack = 1U << 31U;

inline constexpr std::uint32_t reset = 0x01;
inline constexpr std::uint32_t set_mac_address = 0x02;
inline constexpr std::uint32_t set_multicast = 0x03;
inline constexpr std::uint32_t set_vlan = 0x04;
inline constexpr std::uint32_t set_max_frame = 0x05;
inline constexpr std::uint32_t set_macvlan = 0x06;
inline constexpr std::uint32_t api_negotiate = 0x08;
inline constexpr std::uint32_t get_queues = 0x09;
inline constexpr std::uint32_t update_xcast_mode = 0x0C;
inline constexpr std::uint32_t pf_control = 0x0100;

/// Codes of API_NEGOTIATE in the order of the versions, not of the numbers: 2.0 was never used.
enum class Api : std::uint32_t { v1_0 = 0, v2_0 = 1, v1_1 = 2, v1_2 = 3, v1_3 = 4 };

enum class Xcast : std::uint32_t { none = 0, multi = 1, all_multi = 2, promiscuous = 3 };

/// An address in words 1 and 2, bytes in order.
[[nodiscard]] inline MacAddress mac_of(std::uint32_t low, std::uint32_t high) noexcept {
    return {static_cast<std::uint8_t>(low),        static_cast<std::uint8_t>(low >> 8U),
            static_cast<std::uint8_t>(low >> 16U), static_cast<std::uint8_t>(low >> 24U),
            static_cast<std::uint8_t>(high),       static_cast<std::uint8_t>(high >> 8U)};
}
[[nodiscard]] inline std::array<std::uint32_t, 2> words_of(const MacAddress& mac) noexcept {
    return {std::uint32_t{mac[0]} | std::uint32_t{mac[1]} << 8U | std::uint32_t{mac[2]} << 16U |
                std::uint32_t{mac[3]} << 24U,
            std::uint32_t{mac[4]} | std::uint32_t{mac[5]} << 8U};
}

} // namespace rootpool::host::mailbox
