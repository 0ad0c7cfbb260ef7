#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "models/pcie/port.h"
#include "models/pcie/tlp_socket.h"
#include "rootpool/pcie/link_arithmetic.h"
#include "rootpool/pcie/tlp_observer.h"

namespace rootpool::models {

/// What a link is made of. `latency` is first symbol out of one transaction layer to first symbol into the other: both
/// PHYs, both data link layers and the trace or cable between them.
struct LinkConfig {
    pcie::LinkParameters parameters;
    SimTime latency = 60ns;
    /// Maximum payload of the link's TLPs: selects the row of the Ack and UpdateFC limits (PCIe base tables 3-10 to
    /// 3-12).
    unsigned max_payload = 128;
};

/// One direction of a link: puts TLPs on the wire one after the other, at symbol-time exact moments, with framing,
/// sequence number and LCRC counted, and gives Ack, UpdateFC and SKP their share of the wire.
class LinkChannel : public sc_core::sc_module, private TlpForwardInterface, private TlpBackwardInterface {
public:
    TlpTargetSocket in{"in"};
    TlpInitiatorSocket out{"out"};

    LinkChannel(const sc_core::sc_module_name& name, const LinkConfig& config);

    /// The channel whose wire carries the Acks and UpdateFCs for this one's TLPs.
    void set_reverse(LinkChannel& reverse) noexcept { reverse_ = &reverse; }
    void observe(pcie::TlpObserver& observer, pcie::PlaceId place) noexcept {
        observer_ = &observer;
        place_ = place;
    }

    [[nodiscard]] std::uint64_t tlps() const noexcept { return tlps_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::uint64_t dllps() const noexcept { return dllps_; }

private:
    enum class Dllp : std::uint8_t { ack, update_posted, update_non_posted, update_completion };
    static constexpr std::size_t dllp_kinds = 4;

    tlm::tlm_sync_enum nb_transport_fw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) override;
    tlm::tlm_sync_enum nb_transport_bw(pcie::Tlp& tlp, TlpPhase& phase, sc_core::sc_time& delay) override;

    /// Packets start in lanes that are multiples of 4 (PCIe base 4.2.1.2).
    static constexpr unsigned lane_granularity = 4;

    /// Notes a DLLP with content that is ready at `ready` and that must leave on this channel at `due`; one that is
    /// noted already and has not left before `ready` carries it. Returns when its last symbol leaves.
    SimTime note_dllp(Dllp kind, SimTime ready, SimTime due);
    void send_due_dllps(SimTime until);
    [[nodiscard]] SimTime after_skip_ordered_set(SimTime start) const;

    LinkConfig config_;
    SimTime grid_;
    SimTime dllp_time_;
    SimTime skip_interval_;
    SimTime skip_time_;
    SimTime acknowledge_limit_;
    std::array<SimTime, dllp_kinds> due_{};
    SimTime busy_until_{};
    LinkChannel* reverse_ = nullptr;
    pcie::TlpObserver* observer_ = nullptr;
    pcie::PlaceId place_;
    std::uint64_t tlps_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t dllps_ = 0;
};

/// A PCI Express link: two channels between the ports of an upstream component (nearer to the root) and a downstream
/// component.
class Link : public sc_core::sc_module {
public:
    Link(const sc_core::sc_module_name& name, const LinkConfig& config);

    /// Binds both ports and tells each what the other advertises.
    void connect(Port& upstream_component, Port& downstream_component);
    /// Announces the channels as places "<label>.down" and "<label>.up".
    void observe(pcie::TlpObserver& observer, const std::string& label);

    [[nodiscard]] const LinkChannel& down() const noexcept { return down_; }
    [[nodiscard]] const LinkChannel& up() const noexcept { return up_; }

private:
    LinkChannel down_;
    LinkChannel up_;
};

} // namespace rootpool::models
