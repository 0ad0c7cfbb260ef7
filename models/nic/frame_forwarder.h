#pragma once

#include "models/nic/ethernet_mac.h"
#include "models/nic/loopback_path.h"
#include "models/nic/transmit_packet_buffer.h"

namespace rootpool::models {

/// Sends finished frames where the L2 switch wants them: to the wire, to local pools, or both.
class FrameForwarder {
public:
    FrameForwarder(const NicContext& context, EthernetMac& mac, ReceiveEngine& receiver, TransmitPacketBuffer& buffer)
        : context_(context), mac_(mac), buffer_(buffer), loopback_(context, receiver) {}

    void forward(const net::FramePtr& frame, unsigned queue);
    /// Frames on their way to local pools.
    [[nodiscard]] std::size_t frames_looping() const noexcept { return loopback_.frames(); }

private:
    void send_to_wire(const net::FramePtr& frame, SimTime ready);

    NicContext context_;
    EthernetMac& mac_;
    TransmitPacketBuffer& buffer_;
    LoopbackPath loopback_;
};

} // namespace rootpool::models
