#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "rootpool/core/bytes.h"

namespace rootpool::net {

enum class IcmpType : std::uint8_t { echo_reply = 0, echo_request = 8 };

/// Echo or echo reply message (RFC 792).
struct IcmpEcho {
    static constexpr std::size_t header_size = 8;

    IcmpType type = IcmpType::echo_request;
    std::uint16_t identifier = 0;
    std::uint16_t sequence = 0;

    /// `message`: the whole ICMP message. Empty when it is shorter than 8 bytes, no echo message, has a code or a wrong
    /// checksum.
    [[nodiscard]] static std::optional<IcmpEcho> parse(core::ByteView message) noexcept;
    /// Writes the header in front of data that stands in `message` already, with the checksum over both.
    void write(core::MutableByteView message) const noexcept;
};

} // namespace rootpool::net
