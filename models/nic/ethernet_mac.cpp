#include "models/nic/ethernet_mac.h"

#include <algorithm>

#include "models/net/mac_timing.h"

namespace rootpool::models {

EthernetMac::EthernetMac(const NicContext& context, FrameInitiatorSocket& out, FrameTargetSocket& in,
                         FrameReceiver& receiver)
    : context_(context), out_(out), receiver_(receiver),
      receive_timer_(context.scheduler, Timer::Callback::to<&EthernetMac::receive_due>(*this)) {
    out.bind(static_cast<FrameBackwardInterface&>(*this));
    in.bind(static_cast<FrameForwardInterface&>(*this));
}

void EthernetMac::observe(net::FrameObserver& observer, const std::string& label) {
    observer_ = &observer;
    port_id_ = observer.add_port(label);
}

SimTime EthernetMac::send(const net::FramePtr& frame, SimTime ready) {
    const std::size_t bytes = frame->bytes.size();
    const SimTime preamble = std::max(core::align_up(ready, mac::byte_time), free_at_);
    const SimTime start = preamble + mac::preamble_time;
    free_at_ = preamble + mac::wire_time(bytes);
    ++context_.counters.frames_sent;
    context_.counters.bytes_sent += mac::padded_with_fcs(bytes);
    if (observer_ != nullptr) {
        observer_->on_frame(port_id_, net::FrameDirection::sent, start, *frame);
    }
    FramePhase phase = FramePhase::start;
    sc_core::sc_time delay = to_sc_time(start - now());
    out_->nb_transport_fw(*frame, phase, delay);
    return start + mac::frame_time(bytes);
}

tlm::tlm_sync_enum EthernetMac::nb_transport_fw(net::Frame& frame, FramePhase& /*phase*/, sc_core::sc_time& delay) {
    const SimTime start = now() + SimTime{static_cast<std::int64_t>(delay.value())};
    if (observer_ != nullptr) {
        observer_->on_frame(port_id_, net::FrameDirection::received, start, frame);
    }
    const SimTime end = start + mac::frame_time(frame.bytes.size());
    arriving_.push({net::FramePtr(&frame), end});
    if (arriving_.size() == 1) {
        receive_timer_.arm(end);
    }
    return tlm::TLM_ACCEPTED;
}

tlm::tlm_sync_enum EthernetMac::nb_transport_bw(net::Frame& /*frame*/, FramePhase& /*phase*/,
                                                sc_core::sc_time& /*delay*/) {
    throw core::ModelViolation("a frame was answered on the backward path, which the protocol does not have");
}

void EthernetMac::receive_due() {
    while (!arriving_.empty() && arriving_.front().end <= now()) {
        const net::FramePtr frame = arriving_.pop().frame;
        ++context_.counters.frames_received;
        context_.counters.bytes_received += mac::padded_with_fcs(frame->bytes.size());
        receiver_.on_frame_received(frame);
    }
    if (!arriving_.empty()) {
        receive_timer_.arm(arriving_.front().end);
    }
}

} // namespace rootpool::models
