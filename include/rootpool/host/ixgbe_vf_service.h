#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rootpool/host/ixgbe_filters.h"
#include "rootpool/host/ixgbe_pf_mailbox.h"
#include "rootpool/host/net_device.h"

namespace rootpool::host {

/// The PF driver's answers to its VFs (Linux ixgbe/ixgbe_sriov.c): reset, API negotiation, queues, addresses, filters.
/// Counts and indices in messages are a guest's input: bounded, answered with NACK when they make no sense.
class IxgbeVfService {
public:
    static constexpr unsigned max_vfs = 63; ///< IXGBE_MAX_VFS_DRV_LIMIT: the PF keeps one pool

    /// `max_frame` of the PF, with FCS. Throws core::ModelViolation above max_vfs: callers have checked.
    IxgbeVfService(IxgbeRegisters& registers, IxgbeFilters& filters, KernelLog& log, std::string log_prefix,
                   unsigned num_vfs, unsigned max_frame);

    /// Serves what VFs raised since the last call. Waits for register reads.
    void serve();
    /// PF_CONTROL to every VF: link or state of the PF changed.
    void ping_all();
    /// The PF goes down or comes up: VFs must reset before they are served again.
    void revoke_all();
    /// Writes what the hardware needs before VFs are served: pool filters, anti-spoofing, addresses of the
    /// administrator.
    void configure();
    /// The administrator's address (`ip link set PF vf N mac ...`). False beyond the VFs, or for a multicast or zero
    /// address.
    [[nodiscard]] bool set_administrator_mac(unsigned vf, const MacAddress& mac);

    [[nodiscard]] unsigned num_vfs() const noexcept { return static_cast<unsigned>(vfs_.size()); }
    [[nodiscard]] MacAddress mac_of(unsigned vf) const { return vfs_.at(vf).mac; }

private:
    using Words = std::array<std::uint32_t, IxgbePfMailbox::words>;
    static constexpr std::uint32_t unknown_xcast = ~0U;
    struct Vf {
        MacAddress mac{};
        bool administrator_mac = false;
        bool clear_to_send = false;
        std::uint32_t api = 0;
        std::uint32_t xcast_mode = unknown_xcast;
    };
    using Reply = bool (IxgbeVfService::*)(unsigned vf, Words& words);
    struct Message {
        std::uint32_t type;
        Reply reply;
    };
    static const std::array<Message, 8> messages_;

    void serve_message(unsigned vf);
    void serve_reset(unsigned vf);
    void reset_event(unsigned vf);
    void enable_queues(unsigned vf);
    void force_drop(unsigned vf);
    void set_pool_bit(std::uint32_t first_register, unsigned vf, bool on);
    [[nodiscard]] bool jumbo_pf() const noexcept;
    void ping(unsigned vf);
    [[nodiscard]] bool negotiate_api(unsigned vf, Words& words);
    [[nodiscard]] bool get_queues(unsigned vf, Words& words);
    [[nodiscard]] bool set_mac(unsigned vf, Words& words);
    [[nodiscard]] bool set_multicast(unsigned vf, Words& words);
    [[nodiscard]] bool set_vlan(unsigned vf, Words& words);
    [[nodiscard]] bool set_max_frame(unsigned vf, Words& words);
    [[nodiscard]] bool set_macvlan(unsigned vf, Words& words);
    [[nodiscard]] bool update_xcast_mode(unsigned vf, Words& words);
    void log(const std::string& text);

    IxgbeRegisters& registers_;
    KernelLog& log_;
    std::string log_prefix_;
    unsigned max_frame_;
    IxgbePfMailbox mailbox_;
    IxgbeFilters& filters_;
    std::vector<Vf> vfs_;
};

} // namespace rootpool::host
