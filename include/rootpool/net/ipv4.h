#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "rootpool/core/bytes.h"
#include "rootpool/net/address.h"

namespace rootpool::net {

enum class IpProtocol : std::uint8_t { icmp = 1, tcp = 6, udp = 17 };

/// IPv4 header (RFC 791 3.1). Options are skipped when parsed and never written.
struct Ipv4Header {
    static constexpr std::size_t size = 20; ///< without options

    std::uint8_t header_length = size; ///< bytes
    std::uint8_t type_of_service = 0;
    std::uint16_t total_length = 0; ///< header and data in bytes
    std::uint16_t identification = 0;
    bool dont_fragment = true;
    bool more_fragments = false;
    std::uint16_t fragment_offset = 0; ///< in units of 8 bytes
    std::uint8_t time_to_live = 64;
    IpProtocol protocol{};
    std::uint16_t checksum = 0; ///< as parsed; write() computes its own
    Ipv4Address source;
    Ipv4Address destination;

    [[nodiscard]] bool fragment() const noexcept { return more_fragments || fragment_offset != 0; }
    [[nodiscard]] std::size_t data_length() const noexcept { return total_length - std::size_t{header_length}; }

    /// `bytes` may be longer than the packet (Ethernet padding). Empty when the version is not 4, the header length is
    /// below 20 or beyond the bytes, or the total length is below the header length or beyond the bytes. The checksum
    /// is not looked at.
    [[nodiscard]] static std::optional<Ipv4Header> parse(core::ByteView bytes) noexcept;
    /// Writes 20 bytes with a correct header checksum. `to` has at least `size` bytes.
    void write(core::MutableByteView to) const noexcept;
};

/// Whether the checksum of the header at the start of `bytes` is right; false when `header_length` is
/// below 20 or beyond the bytes.
[[nodiscard]] bool ipv4_checksum_ok(core::ByteView bytes, std::uint8_t header_length) noexcept;

} // namespace rootpool::net
