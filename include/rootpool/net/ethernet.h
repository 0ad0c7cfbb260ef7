#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "rootpool/core/bytes.h"
#include "rootpool/net/address.h"

namespace rootpool::net {

enum class EtherType : std::uint16_t { ipv4 = 0x0800, arp = 0x0806 };

/// Ethernet II header (IEEE 802.3 3.2), without VLAN tag.
struct EthernetHeader {
    static constexpr std::size_t size = 14;

    MacAddress destination{};
    MacAddress source{};
    EtherType type{};

    /// Empty when there are fewer than 14 bytes or the type field is a length (below 0600h).
    [[nodiscard]] static std::optional<EthernetHeader> parse(core::ByteView bytes) noexcept;
    /// `to` has at least `size` bytes.
    void write(core::MutableByteView to) const noexcept;
};

} // namespace rootpool::net
