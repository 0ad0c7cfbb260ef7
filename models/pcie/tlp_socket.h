#pragma once

#include <cstdint>
#include <tlm>
#include <typeinfo>

#include "rootpool/pcie/tlp.h"

namespace rootpool::models {

/// The protocol of a TLP hop. One direction of a hop is one socket pair.
enum class TlpPhase : std::uint8_t {
    arrive,   ///< forward: the first beat is there at now + t, the last at Tlp::last_beat; the sender held the credits,
              ///< so never refused
    bad,      ///< forward, from a link: the same of a TLP that is not accepted at its end, and so took no credits
    release,  ///< backward: the TLP left that buffer at now + t
    returned, ///< backward, on a link: it is down, the TLP was not sent and left the transmit queue at now + t
};

struct TlpProtocol {
    using tlm_payload_type = pcie::Tlp;
    using tlm_phase_type = TlpPhase;
};

// The sockets' base classes ask the interface for its protocol_types, which the nonblocking interfaces alone do not
// have.
class TlpForwardInterface : public tlm::tlm_fw_nonblocking_transport_if<pcie::Tlp, TlpPhase> {
public:
    using protocol_types = TlpProtocol;
};
class TlpBackwardInterface : public tlm::tlm_bw_nonblocking_transport_if<pcie::Tlp, TlpPhase> {
public:
    using protocol_types = TlpProtocol;
};

/// Bus width is a formality of the TLM sockets: 128 bits, the fabric's data path.
inline constexpr unsigned tlp_bus_width = 128;

class TlpInitiatorSocket
    : public tlm::tlm_base_initiator_socket<tlp_bus_width, TlpForwardInterface, TlpBackwardInterface, 1> {
public:
    using tlm_base_initiator_socket::tlm_base_initiator_socket;
    [[nodiscard]] const char* kind() const override { return "rootpool::TlpInitiatorSocket"; }
    [[nodiscard]] sc_core::sc_type_index get_protocol_types() const override { return typeid(TlpProtocol); }
};

class TlpTargetSocket
    : public tlm::tlm_base_target_socket<tlp_bus_width, TlpForwardInterface, TlpBackwardInterface, 1> {
public:
    using tlm_base_target_socket::tlm_base_target_socket;
    [[nodiscard]] const char* kind() const override { return "rootpool::TlpTargetSocket"; }
    [[nodiscard]] sc_core::sc_type_index get_protocol_types() const override { return typeid(TlpProtocol); }
};

} // namespace rootpool::models
