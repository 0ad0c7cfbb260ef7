#pragma once

#include <string>

#include <fmt/format.h>

#include "rootpool/host/net_device.h"

namespace rootpool::host {

/// "62:70:fe:97:36:ce", as the kernel's %pM.
[[nodiscard]] inline std::string to_string(const MacAddress& mac) {
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

/// Unicast and not zero (Linux is_valid_ether_addr).
[[nodiscard]] inline bool is_valid_unicast(const MacAddress& mac) noexcept {
    return (mac[0] & 1U) == 0 && mac != MacAddress{};
}

/// Linux eth_random_addr: locally administered unicast; the seed makes it repeatable.
[[nodiscard]] inline MacAddress random_mac(std::uint64_t seed) noexcept {
    std::uint64_t bits = seed + 0x9E37'79B9'7F4A'7C15ULL; // splitmix64
    bits = (bits ^ bits >> 30U) * 0xBF58'476D'1CE4'E5B9ULL;
    bits = (bits ^ bits >> 27U) * 0x94D0'49BB'1331'11EBULL;
    bits ^= bits >> 31U;
    MacAddress mac{};
    for (unsigned i = 0; i < mac.size(); ++i) {
        mac[i] = static_cast<std::uint8_t>(bits >> (8 * i));
    }
    mac[0] = static_cast<std::uint8_t>((mac[0] & 0xFEU) | 2U);
    return mac;
}

} // namespace rootpool::host
