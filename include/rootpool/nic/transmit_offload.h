#pragma once

#include <cstdint>

#include "rootpool/core/bytes.h"
#include "rootpool/nic/descriptors.h"

namespace rootpool::nic {

/// Which checksums to insert into a packet, from its data descriptor.
struct ChecksumRequest {
    bool ip = false;
    bool l4 = false;
};

/// Inserts checksums by the offsets of the context. Software has put the sum over the pseudo header into the L4
/// checksum field, which so is part of what is summed up (datasheet section 7.2.5). False if the offsets do not fit the
/// packet: nothing was changed.
[[nodiscard]] bool insert_checksums(core::MutableByteView packet, const TxContextDescriptor& context,
                                    ChecksumRequest request) noexcept;

/// TCP flags that survive in the first, middle and last segment (DTXTCPFLGL, DTXTCPFLGH).
struct TcpFlagMasks {
    std::uint16_t first = 0xFFF;
    std::uint16_t middle = 0xFFF;
    std::uint16_t last = 0xFFF;
};
[[nodiscard]] TcpFlagMasks tcp_flag_masks(std::uint32_t dtxtcpflgl, std::uint32_t dtxtcpflgh) noexcept;

/// How a large send is cut (datasheet section 7.2.4): `header_bytes` of header in front of every segment, then `mss`
/// bytes of payload.
struct Segmentation {
    std::uint32_t header_bytes = 0;
    std::uint32_t payload_bytes = 0;
    std::uint32_t mss = 0;

    [[nodiscard]] std::uint32_t segments() const noexcept { return (payload_bytes + mss - 1) / mss; }
    [[nodiscard]] std::uint32_t payload_of(std::uint32_t segment) const noexcept {
        const std::uint32_t before = segment * mss;
        return payload_bytes - before < mss ? payload_bytes - before : mss;
    }
};

/// The segmentation that a context and PAYLEN ask for; `mss` is 0 if they make none: no TCP over IPv4 or IPv6, MSS or
/// payload 0, header lengths that do not fit. `total_bytes` is what the data descriptors hold.
[[nodiscard]] Segmentation segmentation_of(const TxContextDescriptor& context, std::uint32_t payload_bytes,
                                           std::uint32_t total_bytes) noexcept;

/// Turns `packet` (the header as software wrote it, then the payload of segment `index`) into that segment: IP length
/// and identification, TCP sequence number and flags, both checksums.
void finish_segment(core::MutableByteView packet, const TxContextDescriptor& context, const Segmentation& segmentation,
                    std::uint32_t index, const TcpFlagMasks& masks) noexcept;

} // namespace rootpool::nic
