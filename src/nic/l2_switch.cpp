#include "rootpool/nic/l2_switch.h"

namespace rootpool::nic {

namespace {
constexpr std::uint64_t every_pool = ~std::uint64_t{0};
constexpr std::uint16_t vlan_id_mask = 0xFFF;

[[nodiscard]] std::uint64_t pair(const RegisterFile& registers, std::uint32_t low, std::uint32_t high) noexcept {
    return registers[low] | static_cast<std::uint64_t>(registers[high]) << 32U;
}
[[nodiscard]] std::uint64_t pools_with(const RegisterFile& registers, std::uint32_t vmolr_bit) noexcept {
    std::uint64_t pools = 0;
    for (unsigned n = 0; n < pool_count; ++n) {
        pools |= (registers[reg::VMOLR(n)] & vmolr_bit) != 0 ? std::uint64_t{1} << n : 0;
    }
    return pools;
}
} // namespace

void L2Switch::load(const RegisterFile& registers) {
    addresses_.clear();
    for (unsigned i = 0; i < receive_address_count; ++i) {
        if ((registers[reg::RAH(i)] & RAH_AV) != 0) {
            const std::uint64_t high = registers[reg::RAH(i)] & 0xFFFFU;
            addresses_.push_back(
                {registers[reg::RAL(i)] | high << 32U, pair(registers, reg::MPSAR_LO(i), reg::MPSAR_HI(i))});
        }
    }
    vlans_.clear();
    for (unsigned i = 0; i < vlan_pool_filter_count; ++i) {
        if ((registers[reg::VLVF(i)] & VLVF_VIEN) != 0) {
            vlans_.push_back({static_cast<std::uint16_t>(registers[reg::VLVF(i)] & vlan_id_mask),
                              pair(registers, reg::VLVFB(2 * i), reg::VLVFB(2 * i + 1))});
        }
    }
    for (unsigned i = 0; i < multicast_table_.size(); ++i) {
        multicast_table_[i] = registers[reg::MTA(i)];
        unicast_table_[i] = registers[reg::PFUTA(i)];
    }
    accept_broadcast_ = pools_with(registers, VMOLR_BAM);
    accept_all_multicast_ = pools_with(registers, VMOLR_MPE);
    accept_multicast_hash_ = pools_with(registers, VMOLR_ROMPE);
    accept_unicast_hash_ = pools_with(registers, VMOLR_ROPE);
    accept_untagged_ = pools_with(registers, VMOLR_AUPE);
    anti_spoof_ = 0;
    for (unsigned i = 0; i < 8; ++i) {
        anti_spoof_ |= static_cast<std::uint64_t>(registers[reg::PFVFSPOOF(i)] & 0xFFU) << 8U * i;
    }
    const std::uint32_t vt_ctl = registers[reg::VT_CTL];
    virtualization_ = (vt_ctl & VT_CTL_VT_ENA) != 0;
    replication_ = (vt_ctl & VT_CTL_REPLEN) != 0;
    default_pool_.reset();
    if ((vt_ctl & VT_CTL_DIS_DEFPL) == 0) {
        default_pool_ = (vt_ctl & VT_CTL_DEF_PL_MASK) >> VT_CTL_DEF_PL_SHIFT;
    }
    loopback_ = virtualization_ && (registers[reg::PFDTXGSWC] & PFDTXGSWC_LBEN) != 0;
    filter_control_ = registers[reg::FCTRL];
    multicast_filter_ = (registers[reg::MCSTCTRL] & MCSTCTRL_MFE) != 0;
    // MCSTCTRL.MO: bits 47:36, 46:35, 45:34 or 43:32 of the address
    constexpr std::array<unsigned, 4> shifts{36, 35, 34, 32};
    hash_shift_ = shifts[registers[reg::MCSTCTRL] & MCSTCTRL_MO_MASK];
    vlan_filter_ = (registers[reg::VLNCTRL] & VLNCTRL_VFE) != 0;
}

std::uint64_t L2Switch::pools_of_address(std::uint64_t mac) const noexcept {
    std::uint64_t pools = 0;
    for (const Address& address : addresses_) {
        pools |= address.mac == mac ? address.pools : 0;
    }
    return pools;
}

bool L2Switch::in_hash_table(const std::array<std::uint32_t, 128>& table, std::uint64_t mac) const noexcept {
    const unsigned hash = mac >> hash_shift_ & 0xFFFU;
    return (table[hash / 32] >> hash % 32 & 1U) != 0;
}

std::uint64_t L2Switch::matching_pools(std::uint64_t mac) const noexcept {
    if (mac == broadcast_mac) {
        return accept_broadcast_;
    }
    std::uint64_t pools = pools_of_address(mac);
    if (is_multicast(mac)) {
        pools |= accept_all_multicast_;
        pools |= multicast_filter_ && in_hash_table(multicast_table_, mac) ? accept_multicast_hash_ : 0;
    } else {
        pools |= accept_unicast_hash_ != 0 && in_hash_table(unicast_table_, mac) ? accept_unicast_hash_ : 0;
    }
    return pools;
}

std::uint64_t L2Switch::vlan_pools(core::ByteView frame) const noexcept {
    const bool tagged = frame.size() >= ethernet_header_bytes + vlan_tag_bytes &&
                        core::load_be<std::uint16_t>(frame.data() + 12) == ethertype_vlan;
    if (!tagged) {
        return accept_untagged_;
    }
    if (!vlan_filter_) {
        return every_pool;
    }
    const std::uint16_t id = core::load_be<std::uint16_t>(frame.data() + 14) & vlan_id_mask;
    std::uint64_t pools = 0;
    for (const Vlan& vlan : vlans_) {
        pools |= vlan.id == id ? vlan.pools : 0;
    }
    return pools;
}

/// The first stage, in front of the pools (datasheet section 7.1.1.1): FCTRL, receive addresses, multicast table.
bool L2Switch::accepted_by_mac(std::uint64_t mac) const noexcept {
    if (mac == broadcast_mac) {
        return (filter_control_ & FCTRL_BAM) != 0;
    }
    for (const Address& address : addresses_) {
        if (address.mac == mac) {
            return true;
        }
    }
    if (is_multicast(mac)) {
        return (filter_control_ & FCTRL_MPE) != 0 || (multicast_filter_ && in_hash_table(multicast_table_, mac));
    }
    return (filter_control_ & FCTRL_UPE) != 0 || (accept_unicast_hash_ != 0 && in_hash_table(unicast_table_, mac));
}

/// Without replication a packet for several pools goes to one of them.
std::uint64_t L2Switch::replicated(std::uint64_t mac, std::uint64_t pools) const noexcept {
    return replication_ || !is_multicast(mac) ? pools : pools & (~pools + 1);
}

Forwarding L2Switch::from_wire(core::ByteView frame) const noexcept {
    if (frame.size() < ethernet_header_bytes) {
        return {};
    }
    const std::uint64_t mac = mac_number(frame.data());
    if (!accepted_by_mac(mac)) {
        return {};
    }
    if (!virtualization_) {
        return {1, false};
    }
    std::uint64_t pools = matching_pools(mac);
    if (pools == 0 && default_pool_) {
        pools = std::uint64_t{1} << *default_pool_;
    }
    return {replicated(mac, pools & vlan_pools(frame)), false};
}

Forwarding L2Switch::from_pool(core::ByteView frame, unsigned pool) const noexcept {
    if (frame.size() < ethernet_header_bytes || !loopback_) {
        return {0, true};
    }
    const std::uint64_t mac = mac_number(frame.data());
    const std::uint64_t others = ~(std::uint64_t{1} << pool);
    const std::uint64_t pools = replicated(mac, matching_pools(mac) & vlan_pools(frame) & others);
    return {pools, is_multicast(mac) || pools == 0};
}

bool L2Switch::spoofed(core::ByteView frame, unsigned pool) const noexcept {
    if ((anti_spoof_ >> pool & 1U) == 0 || frame.size() < ethernet_header_bytes) {
        return false;
    }
    return (pools_of_address(mac_number(frame.data() + 6)) >> pool & 1U) == 0;
}

} // namespace rootpool::nic
