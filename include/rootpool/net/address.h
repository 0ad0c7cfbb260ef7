#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "rootpool/core/strong.h"

namespace rootpool::net {

using MacAddress = std::array<std::uint8_t, 6>;
inline constexpr MacAddress broadcast_mac{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

/// An IPv4 address; the first octet of the dotted form is the most significant one of `value()`.
using Ipv4Address = core::Strong<struct Ipv4AddressKind, std::uint32_t>;

/// "192.168.1.7"; empty when it is not four decimal octets without leading zeros.
[[nodiscard]] std::optional<Ipv4Address> parse_ipv4_address(std::string_view text);
[[nodiscard]] std::string to_string(Ipv4Address address);
/// "02:00:00:00:00:01".
[[nodiscard]] std::string to_string(const MacAddress& address);

/// One end of a TCP or UDP conversation.
struct Endpoint {
    Ipv4Address address;
    std::uint16_t port = 0;

    friend constexpr bool operator==(const Endpoint&, const Endpoint&) noexcept = default;
};

} // namespace rootpool::net
