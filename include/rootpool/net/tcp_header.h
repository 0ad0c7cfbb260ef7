#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "rootpool/core/bytes.h"
#include "rootpool/net/address.h"

namespace rootpool::net {

/// Control bits of a TCP segment (RFC 793 3.1), at their places in byte 13.
struct TcpFlags {
    bool fin = false;
    bool syn = false;
    bool rst = false;
    bool psh = false;
    bool ack = false;
    bool urg = false;

    [[nodiscard]] static TcpFlags from_byte(std::uint8_t byte) noexcept;
    [[nodiscard]] std::uint8_t to_byte() const noexcept;
};

/// The timestamps option (RFC 7323 3.2).
struct TcpTimestamps {
    std::uint32_t value = 0;
    std::uint32_t echo_reply = 0;

    friend constexpr bool operator==(const TcpTimestamps&, const TcpTimestamps&) noexcept = default;
};

/// The options that rootpool's TCP knows (RFC 793, 7323, 2018); others are skipped.
struct TcpOptions {
    static constexpr std::uint8_t max_window_scale = 14; ///< RFC 7323 2.3

    std::optional<std::uint16_t> mss;
    std::optional<std::uint8_t> window_scale; ///< more than 14 is taken as 14
    std::optional<TcpTimestamps> timestamps;
    bool sack_permitted = false; ///< rootpool's TCP never offers it

    /// Bytes of the option area that write() makes: a multiple of 4.
    [[nodiscard]] std::size_t size() const noexcept;
};

/// TCP header with its options.
struct TcpHeader {
    static constexpr std::size_t size = 20; ///< without options
    static constexpr std::size_t checksum_offset = 16;

    std::uint16_t source_port = 0;
    std::uint16_t destination_port = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    std::uint8_t header_length = size; ///< bytes with options; as parsed (write() computes it)
    TcpFlags flags;
    std::uint16_t window = 0; ///< not scaled
    std::uint16_t checksum = 0;
    TcpOptions options;

    /// `bytes`: the data of the IP packet. Empty when the data offset is below 5 or beyond the bytes, or an option's
    /// length is below 2, beyond the header, or not the one of its kind.
    [[nodiscard]] static std::optional<TcpHeader> parse(core::ByteView bytes) noexcept;
    /// Writes header, options and `checksum` as it is; returns the length in bytes. `to` has room for size +
    /// options.size().
    std::size_t write(core::MutableByteView to) const noexcept;
};

/// Whether the checksum over pseudo header and `segment` (header and data) is right.
[[nodiscard]] bool tcp_checksum_ok(Ipv4Address source, Ipv4Address destination, core::ByteView segment) noexcept;

} // namespace rootpool::net
