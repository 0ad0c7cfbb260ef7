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

} // namespace rootpool::host
