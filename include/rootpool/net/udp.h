#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "rootpool/core/bytes.h"
#include "rootpool/net/address.h"

namespace rootpool::net {

/// UDP header (RFC 768).
struct UdpHeader {
    static constexpr std::size_t size = 8;

    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint16_t length = 0;   ///< header and data in bytes
    std::uint16_t checksum = 0; ///< 0: the sender made none

    /// `bytes`: the data of the IP packet. Empty when the length field is below 8 or beyond the bytes.
    [[nodiscard]] static std::optional<UdpHeader> parse(core::ByteView bytes) noexcept;
    /// Writes all fields as they are. `to` has at least `size` bytes.
    void write(core::MutableByteView to) const noexcept;
};

/// Whether the checksum over pseudo header, header and data is right or absent; `datagram` has the length that its
/// header says.
[[nodiscard]] bool udp_checksum_ok(Ipv4Address source, Ipv4Address destination, core::ByteView datagram) noexcept;

} // namespace rootpool::net
