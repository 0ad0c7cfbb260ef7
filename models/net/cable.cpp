#include "models/net/cable.h"

#include "models/core/scheduler.h"
#include "rootpool/core/error.h"

namespace rootpool::models {

CableChannel::CableChannel(const sc_core::sc_module_name& name, SimTime propagation_delay)
    : sc_module(name), propagation_delay_(to_sc_time(propagation_delay)) {
    in.bind(static_cast<FrameForwardInterface&>(*this));
    out.bind(static_cast<FrameBackwardInterface&>(*this));
}

tlm::tlm_sync_enum CableChannel::nb_transport_fw(net::Frame& frame, FramePhase& phase, sc_core::sc_time& delay) {
    ++frames_;
    sc_core::sc_time arrival = delay + propagation_delay_;
    return out->nb_transport_fw(frame, phase, arrival);
}

tlm::tlm_sync_enum CableChannel::nb_transport_bw(net::Frame& /*frame*/, FramePhase& /*phase*/,
                                                 sc_core::sc_time& /*delay*/) {
    throw core::ModelViolation(
        "an Ethernet port answered a frame on the backward path, which the protocol does not have");
}

Cable::Cable(const sc_core::sc_module_name& name, SimTime propagation_delay)
    : sc_module(name), a_to_b_("a_to_b", propagation_delay), b_to_a_("b_to_a", propagation_delay) {}

} // namespace rootpool::models
