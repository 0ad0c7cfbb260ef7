#pragma once

#include <array>
#include <cstdint>

#include "rootpool/core/bytes.h"

namespace rootpool::nic {

using MacAddress = std::array<std::uint8_t, 6>;

inline constexpr unsigned ethernet_header_bytes = 14;
inline constexpr unsigned vlan_tag_bytes = 4;
inline constexpr std::uint16_t ethertype_vlan = 0x8100;
inline constexpr std::uint16_t ethertype_ipv4 = 0x0800;
inline constexpr std::uint16_t ethertype_ipv6 = 0x86DD;

/// The 6 bytes at `at` as the low 48 bits of a number, first byte lowest, as RAL and RAH hold an address.
[[nodiscard]] inline std::uint64_t mac_number(const std::uint8_t* at) noexcept {
    return core::load_le<std::uint32_t>(at) | static_cast<std::uint64_t>(core::load_le<std::uint16_t>(at + 4)) << 32U;
}
inline constexpr std::uint64_t broadcast_mac = 0xFFFF'FFFF'FFFFULL;
[[nodiscard]] constexpr bool is_multicast(std::uint64_t mac) noexcept { return (mac & 1U) != 0; }

/// What the parser of the receive path knows of a frame (datasheet section 7.1.6.2, 7.1.11).
struct PacketInfo {
    bool vlan = false;
    std::uint16_t vlan_tag = 0;
    bool ipv4 = false;
    bool ipv4_options = false;
    bool ipv6 = false;
    bool tcp = false;
    bool udp = false;
    bool fragment = false;
    unsigned ip_offset = 0;
    unsigned l4_offset = 0;
    unsigned l4_bytes = 0; ///< header and data, from the IP length
};

/// Parses the headers as far as they are complete; never reads behind the frame.
[[nodiscard]] PacketInfo parse_packet(core::ByteView frame) noexcept;

/// What checksum verification found.
struct ChecksumVerdict {
    bool ip_checked = false;
    bool ip_error = false;
    bool l4_checked = false;
    bool l4_error = false;
    bool udp_without_checksum = false;
};

/// Verifies the IPv4 header checksum and the TCP or UDP checksum of an unfragmented packet (datasheet section 7.1.11).
[[nodiscard]] ChecksumVerdict verify_checksums(core::ByteView frame, const PacketInfo& info) noexcept;

} // namespace rootpool::nic
