#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "rootpool/nic/packet.h"
#include "rootpool/nic/register_file.h"

namespace rootpool::nic {

/// Where a packet goes.
struct Forwarding {
    std::uint64_t pools = 0; ///< one bit per pool
    bool wire = false;
};

/// The receive filters and the internal switch between pools (datasheet sections 7.1.1 and 7.10.3).
class L2Switch {
public:
    /// Reads the filter registers anew: after any of them was written.
    void load(const RegisterFile& registers);

    /// Of a packet from the wire. Without virtualization the only pool is 0.
    [[nodiscard]] Forwarding from_wire(core::ByteView frame) const noexcept;
    /// Of a packet that `pool` sends: local pools only with loopback enabled and never back to the sender. A unicast
    /// that a local pool takes does not go out.
    [[nodiscard]] Forwarding from_pool(core::ByteView frame, unsigned pool) const noexcept;
    /// MAC anti-spoofing refuses the packet: `pool` does not own its source address.
    [[nodiscard]] bool spoofed(core::ByteView frame, unsigned pool) const noexcept;

private:
    struct Address {
        std::uint64_t mac;
        std::uint64_t pools;
    };
    struct Vlan {
        std::uint16_t id;
        std::uint64_t pools;
    };

    [[nodiscard]] std::uint64_t pools_of_address(std::uint64_t mac) const noexcept;
    [[nodiscard]] bool in_hash_table(const std::array<std::uint32_t, 128>& table, std::uint64_t mac) const noexcept;
    [[nodiscard]] std::uint64_t matching_pools(std::uint64_t mac) const noexcept;
    [[nodiscard]] std::uint64_t vlan_pools(core::ByteView frame) const noexcept;
    [[nodiscard]] bool accepted_by_mac(std::uint64_t mac) const noexcept;
    [[nodiscard]] std::uint64_t replicated(std::uint64_t mac, std::uint64_t pools) const noexcept;

    std::vector<Address> addresses_; ///< valid receive addresses
    std::vector<Vlan> vlans_;        ///< valid VLVF entries
    std::array<std::uint32_t, 128> multicast_table_{};
    std::array<std::uint32_t, 128> unicast_table_{};
    // pools whose VMOLR has the bit
    std::uint64_t accept_broadcast_ = 0;
    std::uint64_t accept_all_multicast_ = 0;
    std::uint64_t accept_multicast_hash_ = 0;
    std::uint64_t accept_unicast_hash_ = 0;
    std::uint64_t accept_untagged_ = 0;
    std::uint64_t anti_spoof_ = 0;
    std::optional<unsigned> default_pool_;
    std::uint32_t filter_control_ = 0;
    unsigned hash_shift_ = 0;
    bool virtualization_ = false;
    bool replication_ = false;
    bool loopback_ = false;
    bool multicast_filter_ = false;
    bool vlan_filter_ = false;
};

} // namespace rootpool::nic
