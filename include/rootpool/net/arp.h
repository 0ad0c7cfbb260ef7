#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "rootpool/core/bytes.h"
#include "rootpool/net/address.h"

namespace rootpool::net {

enum class ArpOperation : std::uint16_t { request = 1, reply = 2 };

/// Address resolution of IPv4 over Ethernet (RFC 826).
struct ArpPacket {
    static constexpr std::size_t size = 28;

    ArpOperation operation = ArpOperation::request;
    MacAddress sender_mac{};
    Ipv4Address sender_address;
    MacAddress target_mac{};
    Ipv4Address target_address;

    /// Empty when it is too short, not Ethernet and IPv4, or neither request nor reply.
    [[nodiscard]] static std::optional<ArpPacket> parse(core::ByteView bytes) noexcept;
    /// `to` has at least `size` bytes.
    void write(core::MutableByteView to) const noexcept;
};

} // namespace rootpool::net
