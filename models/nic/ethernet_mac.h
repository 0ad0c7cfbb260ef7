#pragma once

#include <cstdint>
#include <string>

#include "models/net/frame_socket.h"
#include "models/nic/nic_context.h"
#include "rootpool/core/ring_queue.h"

namespace rootpool::models {

/// Who takes frames from the wire.
class FrameReceiver {
public:
    virtual ~FrameReceiver() = default;
    /// The last bit of the FCS is in.
    virtual void on_frame_received(net::FramePtr frame) = 0;
};

/// The 10 Gb/s MAC: padding, preamble, FCS and gap in time, in both directions at once.
class EthernetMac : private FrameForwardInterface, private FrameBackwardInterface {
public:
    EthernetMac(const NicContext& context, FrameInitiatorSocket& out, FrameTargetSocket& in, FrameReceiver& receiver);

    [[nodiscard]] bool connected() const noexcept { return connected_; }
    /// After binding.
    void find_cable() { connected_ = out_.get_base_port().size() != 0; }
    void observe(net::FrameObserver& observer, const std::string& label);

    /// Sends a frame that is in the packet buffer at `ready`, behind what was sent before. Returns when its last bit
    /// leaves.
    SimTime send(const net::FramePtr& frame, SimTime ready);

private:
    struct Arriving {
        net::FramePtr frame;
        SimTime end{};
    };
    tlm::tlm_sync_enum nb_transport_fw(net::Frame& frame, FramePhase& phase, sc_core::sc_time& delay) override;
    tlm::tlm_sync_enum nb_transport_bw(net::Frame& frame, FramePhase& phase, sc_core::sc_time& delay) override;
    void receive_due();

    NicContext context_;
    FrameInitiatorSocket& out_;
    FrameReceiver& receiver_;
    net::FrameObserver* observer_ = nullptr;
    net::EthernetPortId port_id_;
    core::RingQueue<Arriving> arriving_;
    Timer receive_timer_;
    SimTime free_at_{}; ///< earliest start of the next preamble
    bool connected_ = false;
};

} // namespace rootpool::models
