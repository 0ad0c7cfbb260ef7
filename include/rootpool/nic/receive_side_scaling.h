#pragma once

#include <cstdint>

#include "rootpool/nic/packet.h"
#include "rootpool/nic/register_file.h"

namespace rootpool::nic {

/// Result of the hash, as the receive write-back carries it; type 0 when no hash was computed.
struct RssHash {
    std::uint8_t type = 0;
    std::uint32_t value = 0;
};

/// Toeplitz hash over the fields that MRQC selects (datasheet section 7.1.2.8), IPv4 only.
[[nodiscard]] RssHash rss_hash(const RegisterFile& registers, core::ByteView frame, const PacketInfo& info) noexcept;
/// The redirection table's answer, 4 bits.
[[nodiscard]] unsigned rss_queue(const RegisterFile& registers, const RssHash& hash) noexcept;

} // namespace rootpool::nic
