#pragma once

#include <cstdint>

#include "rootpool/core/bytes.h"
#include "rootpool/net/address.h"

namespace rootpool::net {

/// The Internet checksum (RFC 1071), incremental. Every piece but the last must have an even length.
class Checksum {
public:
    Checksum& add(core::ByteView bytes) noexcept;
    /// A 16-bit number as it stands in a header.
    Checksum& add(std::uint16_t word) noexcept {
        sum_ += core::detail::swap_bytes(word);
        return *this;
    }
    Checksum& add(Ipv4Address address) noexcept {
        return add(static_cast<std::uint16_t>(address.value() >> 16U)).add(static_cast<std::uint16_t>(address.value()));
    }
    /// The pseudo header of UDP (RFC 768) and TCP (RFC 793 3.1). `length`: header and data in bytes.
    Checksum& add_pseudo_header(Ipv4Address source, Ipv4Address destination, std::uint8_t protocol,
                                std::uint32_t length) noexcept;

    /// The one's complement sum itself: 0xFFFF over correct bytes that include their checksum, or the seed that a
    /// driver leaves in the checksum field for the hardware to complete.
    [[nodiscard]] std::uint16_t sum() const noexcept;
    /// What goes into a checksum field: the complement of the sum.
    [[nodiscard]] std::uint16_t value() const noexcept { return static_cast<std::uint16_t>(~sum()); }

private:
    std::uint64_t sum_ =
        0; ///< of 16-bit words in the byte order of this machine (RFC 1071 2.B: the order does not matter)
};

} // namespace rootpool::net
