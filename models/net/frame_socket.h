#pragma once

#include <cstdint>
#include <tlm>
#include <typeinfo>

#include "rootpool/net/frame.h"

namespace rootpool::models {

/// The protocol of an Ethernet hop: one call per frame, never refused (full duplex, no flow control).
enum class FramePhase : std::uint8_t {
    start, ///< forward: the first bit after the preamble is at the receiver at now + t; the rest follows at wire speed
};

struct FrameProtocol {
    using tlm_payload_type = net::Frame;
    using tlm_phase_type = FramePhase;
};

// The sockets' base classes ask the interface for its protocol_types, which the nonblocking interfaces alone do not
// have.
class FrameForwardInterface : public tlm::tlm_fw_nonblocking_transport_if<net::Frame, FramePhase> {
public:
    using protocol_types = FrameProtocol;
};
class FrameBackwardInterface : public tlm::tlm_bw_nonblocking_transport_if<net::Frame, FramePhase> {
public:
    using protocol_types = FrameProtocol;
};

/// Bus width is a formality of the TLM sockets: XGMII carries 64 bits per clock.
inline constexpr unsigned frame_bus_width = 64;

/// May stay unbound: a port without a cable.
class FrameInitiatorSocket
    : public tlm::tlm_base_initiator_socket<frame_bus_width, FrameForwardInterface, FrameBackwardInterface, 1,
                                            sc_core::SC_ZERO_OR_MORE_BOUND> {
public:
    using tlm_base_initiator_socket::tlm_base_initiator_socket;
    [[nodiscard]] const char* kind() const override { return "rootpool::FrameInitiatorSocket"; }
    [[nodiscard]] sc_core::sc_type_index get_protocol_types() const override { return typeid(FrameProtocol); }
};

class FrameTargetSocket
    : public tlm::tlm_base_target_socket<frame_bus_width, FrameForwardInterface, FrameBackwardInterface, 1,
                                         sc_core::SC_ZERO_OR_MORE_BOUND> {
public:
    using tlm_base_target_socket::tlm_base_target_socket;
    [[nodiscard]] const char* kind() const override { return "rootpool::FrameTargetSocket"; }
    [[nodiscard]] sc_core::sc_type_index get_protocol_types() const override { return typeid(FrameProtocol); }
};

} // namespace rootpool::models
