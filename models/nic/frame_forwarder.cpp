#include "models/nic/frame_forwarder.h"

namespace rootpool::models {

void FrameForwarder::forward(const net::FramePtr& frame, unsigned queue) {
    ++context_.counters.frames_forwarded;
    std::vector<std::uint8_t>& bytes = frame->bytes;
    const SimTime ready = context_.after(now(), context_.config.transmit_cycles);
    nic::Forwarding to{0, true};
    if (context_.device.virtualization()) {
        to = context_.device.l2_switch().from_pool(bytes, context_.device.pool_of(queue));
    }
    if (bytes.size() < net::minimum_frame_bytes) {
        bytes.resize(net::minimum_frame_bytes); // HLREG0.TXPADEN
    }
    const nic::FunctionNumber owner = context_.device.owner_of(queue);
    if (nic::is_virtual(owner)) {
        context_.device.statistics().count_vf_sent(nic::vf_of(owner), bytes.size() + net::fcs_bytes);
    }
    if (to.wire) {
        send_to_wire(frame, ready);
    }
    if (to.pools != 0) {
        loopback_.send(frame, to.pools, ready);
    }
}

void FrameForwarder::send_to_wire(const net::FramePtr& frame, SimTime ready) {
    if (!context_.device.link_up() || !mac_.connected()) {
        ++context_.counters.drops(DropCause::no_link);
        return;
    }
    const std::vector<std::uint8_t>& bytes = frame->bytes;
    const std::uint64_t address = nic::mac_number(bytes.data());
    context_.device.statistics().count_mac_sent(bytes.size() + net::fcs_bytes,
                                                address == nic::broadcast_mac ? nic::CastType::broadcast
                                                : nic::is_multicast(address)  ? nic::CastType::multicast
                                                                              : nic::CastType::unicast);
    buffer_.take_until(mac_.send(frame, ready), static_cast<std::uint32_t>(bytes.size()));
}

} // namespace rootpool::models
