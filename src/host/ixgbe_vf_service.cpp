#include "rootpool/host/ixgbe_vf_service.h"

#include <algorithm>
#include <span>
#include <utility>

#include "host/ixgbe_mac_address.h"
#include "host/ixgbe_mailbox_messages.h"
#include "rootpool/core/error.h"
#include "rootpool/nic/registers.h"

namespace rootpool::host {
namespace {

using mailbox::Api;
using mailbox::Xcast;

constexpr unsigned queues_per_pool = 2;        // 64-pool mode
constexpr unsigned max_multicast_hashes = 30;  // IXGBE_MAX_VF_MC_ENTRIES
constexpr std::uint32_t standard_frame = 1514; // without FCS
constexpr std::uint32_t fcs = 4;
constexpr std::uint32_t max_jumbo_frame = 9728;
constexpr std::uint32_t multicast_filter_type = 0; // hash of address bits 47:36
constexpr unsigned vfs_per_spoof_register = 8;
/// VMOLR bits that NONE and MULTI clear and set (ixgbe_update_vf_xcast_mode); no VF is trusted with more.
struct XcastBits {
    std::uint32_t clear;
    std::uint32_t set;
};
constexpr std::array<XcastBits, 2> xcast_bits{{
    {nic::VMOLR_BAM | nic::VMOLR_ROMPE | nic::VMOLR_MPE, 0},
    {nic::VMOLR_MPE, nic::VMOLR_BAM | nic::VMOLR_ROMPE},
}};

} // namespace

const std::array<IxgbeVfService::Message, 8> IxgbeVfService::messages_{{
    {mailbox::set_mac_address, &IxgbeVfService::set_mac},
    {mailbox::set_multicast, &IxgbeVfService::set_multicast},
    {mailbox::set_vlan, &IxgbeVfService::set_vlan},
    {mailbox::set_max_frame, &IxgbeVfService::set_max_frame},
    {mailbox::set_macvlan, &IxgbeVfService::set_macvlan},
    {mailbox::api_negotiate, &IxgbeVfService::negotiate_api},
    {mailbox::get_queues, &IxgbeVfService::get_queues},
    {mailbox::update_xcast_mode, &IxgbeVfService::update_xcast_mode},
}};

IxgbeVfService::IxgbeVfService(IxgbeRegisters& registers, IxgbeFilters& filters, KernelLog& log, std::string log_prefix,
                               unsigned num_vfs, unsigned max_frame)
    : registers_(registers), log_(log), log_prefix_(std::move(log_prefix)), max_frame_(max_frame), mailbox_(registers),
      filters_(filters), vfs_(num_vfs) {
    if (num_vfs > max_vfs) {
        throw core::ModelViolation("a PF driver serves at most 63 VFs");
    }
}

void IxgbeVfService::log(const std::string& text) { log_.line(log_prefix_ + text); }

bool IxgbeVfService::jumbo_pf() const noexcept { return max_frame_ - fcs > standard_frame; }

void IxgbeVfService::configure() {
    for (unsigned vf = 0; vf < num_vfs(); ++vf) {
        vfs_[vf].clear_to_send = false;
        registers_.write(nic::reg::VMOLR(vf), nic::VMOLR_BAM | nic::VMOLR_AUPE);
        registers_.write(nic::reg::VMVIR(vf), 0);
        if (vfs_[vf].administrator_mac) {
            filters_.set_vf_address(vf, vfs_[vf].mac);
        }
    }
    for (unsigned first = 0; first < num_vfs(); first += vfs_per_spoof_register) {
        const unsigned here = std::min(num_vfs() - first, vfs_per_spoof_register);
        registers_.write(nic::reg::PFVFSPOOF(first / vfs_per_spoof_register),
                         (1U << here) - 1); // MAC anti-spoof, bits 7:0
    }
}

void IxgbeVfService::serve() {
    for (unsigned vf = 0; vf < num_vfs(); ++vf) { // order of ixgbe_msg_task
        if (mailbox_.reset_of(vf)) {
            reset_event(vf);
        }
        if (mailbox_.message_from(vf)) {
            serve_message(vf);
        }
        if (mailbox_.acknowledged_by(vf) && !vfs_[vf].clear_to_send) {
            const std::array<std::uint32_t, 1> refusal{mailbox::nack}; // ixgbe_rcv_ack_from_vf
            (void)mailbox_.write(vf, refusal);
        }
    }
}

void IxgbeVfService::serve_message(unsigned vf) {
    Words words{};
    if (!mailbox_.read(vf, words)) {
        log("Error receiving message from VF");
        return;
    }
    if ((words[0] & (mailbox::ack | mailbox::nack)) != 0) {
        return; // our own reply, already processed
    }
    if (words[0] == mailbox::reset) {
        serve_reset(vf);
        return;
    }
    if (!vfs_[vf].clear_to_send) {
        words[0] |= mailbox::nack;
        (void)mailbox_.write(vf, std::span(words).first(1));
        return;
    }
    const std::uint32_t type = words[0] & mailbox::type_mask;
    const auto* message =
        std::find_if(messages_.begin(), messages_.end(), [type](const Message& entry) { return entry.type == type; });
    bool accepted = false;
    if (message == messages_.end()) {
        log(fmt::format("Unhandled Msg {:08x}", words[0]));
    } else {
        accepted = (this->*message->reply)(vf, words);
    }
    words[0] |= mailbox::clear_to_send | (accepted ? mailbox::ack : mailbox::nack);
    (void)mailbox_.write(vf, words);
}

void IxgbeVfService::reset_event(unsigned vf) {
    Vf& state = vfs_[vf];
    registers_.write(nic::reg::VMVIR(vf), 0);
    registers_.write(nic::reg::VMOLR(vf), nic::VMOLR_BAM | nic::VMOLR_AUPE);
    filters_.clear_vf_address(vf);
    state.api = static_cast<std::uint32_t>(Api::v1_0);
    state.xcast_mode = unknown_xcast;
}

void IxgbeVfService::set_pool_bit(std::uint32_t first_register, unsigned vf, bool on) {
    const std::uint32_t bit = 1U << (vf % 32);
    registers_.modify(first_register + 4 * (vf / 32), bit, on ? bit : 0);
}

/// Queue drop enable through the indirect register (ixgbe_write_qde): a VF without descriptors must not stop the
/// others.
void IxgbeVfService::force_drop(unsigned vf) {
    for (unsigned queue = vf * queues_per_pool; queue < (vf + 1) * queues_per_pool; ++queue) {
        registers_.write(nic::reg::QDE, nic::QDE_WRITE | queue << nic::QDE_INDEX_SHIFT | nic::QDE_ENABLE);
    }
}

void IxgbeVfService::enable_queues(unsigned vf) {
    set_pool_bit(nic::reg::VFTE(0), vf, true);
    force_drop(vf);
    set_pool_bit(nic::reg::VFRE(0), vf, !jumbo_pf()); // a VF of API 1.0 cannot take the PF's jumbo frames
    set_pool_bit(nic::reg::VMECM(0), vf, true);
    for (unsigned queue = vf * queues_per_pool; queue < (vf + 1) * queues_per_pool; ++queue) {
        // VF FLR leaves the head write-back address of the previous owner (specification update, VFLR)
        registers_.write64(nic::reg::TX_QUEUE(queue) + nic::queue::TDWBAL, 0);
    }
}

void IxgbeVfService::serve_reset(unsigned vf) {
    log(fmt::format("VF Reset msg received from vf {}", vf));
    Vf& state = vfs_[vf];
    reset_event(vf);
    mailbox_.clear(vf); // what an earlier owner of the VF left there
    if (state.mac != MacAddress{}) {
        filters_.set_vf_address(vf, state.mac);
    }
    enable_queues(vf);
    state.clear_to_send = true;

    std::array<std::uint32_t, 4> reply{mailbox::reset | mailbox::nack, 0, 0, multicast_filter_type};
    if (state.administrator_mac) {
        const auto address = mailbox::words_of(state.mac);
        reply = {mailbox::reset | mailbox::ack, address[0], address[1], multicast_filter_type};
    }
    (void)mailbox_.write(vf, reply);
}

bool IxgbeVfService::negotiate_api(unsigned vf, Words& words) {
    const std::uint32_t asked = words[1];
    if (asked > static_cast<std::uint32_t>(Api::v1_3) || asked == static_cast<std::uint32_t>(Api::v2_0)) {
        log(fmt::format("VF {} requested invalid api version {}", vf, asked));
        return false;
    }
    vfs_[vf].api = asked;
    return true;
}

bool IxgbeVfService::get_queues(unsigned vf, Words& words) {
    if (vfs_[vf].api < static_cast<std::uint32_t>(Api::v1_1)) {
        return false;
    }
    words[1] = queues_per_pool;
    words[2] = queues_per_pool;
    words[3] = 0; // no transparent VLAN
    words[4] = 0; // default queue
    return true;
}

bool IxgbeVfService::set_mac(unsigned vf, Words& words) {
    Vf& state = vfs_[vf];
    const MacAddress mac = mailbox::mac_of(words[1], words[2]);
    if (!is_valid_unicast(mac)) {
        log(fmt::format("VF {} attempted to set invalid mac", vf));
        return false;
    }
    if (state.administrator_mac && mac != state.mac) {
        log(fmt::format("VF {} attempted to override administratively set MAC address", vf));
        return false;
    }
    state.mac = mac;
    filters_.set_vf_address(vf, mac);
    return true;
}

bool IxgbeVfService::set_multicast(unsigned vf, Words& words) {
    const unsigned count =
        std::min<std::uint32_t>(words[0] >> mailbox::info_shift & mailbox::info_mask, max_multicast_hashes);
    for (unsigned i = 0; i < count; ++i) { // two hashes in a word
        filters_.add_multicast_hash(static_cast<std::uint16_t>(words[1 + i / 2] >> (16 * (i % 2)) & 0xFFF));
    }
    registers_.modify(nic::reg::VMOLR(vf), 0, nic::VMOLR_ROMPE);
    return true;
}

bool IxgbeVfService::set_vlan(unsigned vf, Words& words) {
    const std::uint32_t vlan = words[1] & 0xFFF;
    if (vlan == 0) {
        return true; // priority tags pass without a filter
    }
    log(fmt::format("VF {} asked for VLAN {}: not supported", vf, vlan));
    return false;
}

bool IxgbeVfService::set_max_frame(unsigned vf, Words& words) {
    const std::uint32_t frame = words[1];
    // The 82599 has one limit for all pools: a VF of API 1.1 or later may follow a PF with jumbo frames, no other may
    // have them.
    const bool may_be_jumbo = jumbo_pf() && vfs_[vf].api >= static_cast<std::uint32_t>(Api::v1_1);
    const bool fits = may_be_jumbo || (!jumbo_pf() && frame <= standard_frame + fcs);
    set_pool_bit(nic::reg::VFRE(0), vf, fits);
    if (!fits || frame > max_jumbo_frame) {
        log(fmt::format("VF max_frame {} out of range", frame));
        return false;
    }
    if (registers_.read(nic::reg::MAXFRS) >> nic::MAXFRS_MFS_SHIFT < frame) {
        registers_.write(nic::reg::MAXFRS, frame << nic::MAXFRS_MFS_SHIFT);
    }
    log(fmt::format("VF requests change max MTU to {}", frame));
    return true;
}

bool IxgbeVfService::set_macvlan(unsigned vf, Words& words) {
    const std::uint32_t index = words[0] >> mailbox::info_shift & mailbox::info_mask;
    if (index != 0) {
        log(fmt::format("VF {} has requested a MACVLAN filter but there is no space for it", vf));
    }
    return index == 0; // 0 clears a list that is always empty here
}

bool IxgbeVfService::update_xcast_mode(unsigned vf, Words& words) {
    Vf& state = vfs_[vf];
    const std::uint32_t mode = std::min(words[1], static_cast<std::uint32_t>(Xcast::multi)); // more needs a trusted VF
    if (state.api < static_cast<std::uint32_t>(Api::v1_2) ||
        words[1] > static_cast<std::uint32_t>(Xcast::promiscuous) ||
        (words[1] == static_cast<std::uint32_t>(Xcast::promiscuous) &&
         state.api < static_cast<std::uint32_t>(Api::v1_3))) {
        return false;
    }
    if (state.xcast_mode != mode) {
        registers_.modify(nic::reg::VMOLR(vf), xcast_bits[mode].clear, xcast_bits[mode].set);
        state.xcast_mode = mode;
    }
    words[1] = mode;
    return true;
}

void IxgbeVfService::ping(unsigned vf) {
    const std::array<std::uint32_t, 1> message{mailbox::pf_control |
                                               (vfs_[vf].clear_to_send ? mailbox::clear_to_send : 0U)};
    (void)mailbox_.write(vf, message);
}

void IxgbeVfService::ping_all() {
    for (unsigned vf = 0; vf < num_vfs(); ++vf) {
        ping(vf);
    }
}

void IxgbeVfService::revoke_all() {
    for (unsigned vf = 0; vf < num_vfs(); ++vf) {
        vfs_[vf].clear_to_send = false;
    }
}

bool IxgbeVfService::set_administrator_mac(unsigned vf, const MacAddress& mac) {
    if (vf >= num_vfs() || !is_valid_unicast(mac)) {
        return false;
    }
    vfs_[vf].mac = mac;
    vfs_[vf].administrator_mac = true;
    filters_.set_vf_address(vf, mac);
    log(fmt::format("setting MAC {} on VF {}", to_string(mac), vf));
    log("Reload the VF driver to make this change effective.");
    return true;
}

} // namespace rootpool::host
