#pragma once

#include <cstdint>
#include <systemc>

#include "models/net/frame_socket.h"
#include "rootpool/core/time.h"

namespace rootpool::models {

/// One direction of a cable: frames come out as they went in, later by the propagation delay.
class CableChannel : public sc_core::sc_module, private FrameForwardInterface, private FrameBackwardInterface {
public:
    FrameTargetSocket in{"in"};
    FrameInitiatorSocket out{"out"};

    CableChannel(const sc_core::sc_module_name& name, SimTime propagation_delay);

    [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }

private:
    tlm::tlm_sync_enum nb_transport_fw(net::Frame& frame, FramePhase& phase, sc_core::sc_time& delay) override;
    tlm::tlm_sync_enum nb_transport_bw(net::Frame& frame, FramePhase& phase, sc_core::sc_time& delay) override;

    sc_core::sc_time propagation_delay_;
    std::uint64_t frames_ = 0;
};

/// A full-duplex cable between two Ethernet ports.
class Cable : public sc_core::sc_module {
public:
    /// 5 ns per metre: 3 m of direct-attach copper by default.
    static constexpr SimTime default_propagation_delay = 15ns;

    explicit Cable(const sc_core::sc_module_name& name, SimTime propagation_delay = default_propagation_delay);

    /// Plugs in both ends. Before the simulation starts.
    template <typename A, typename B>
    void connect(A& a, B& b) {
        a.frames_out.bind(a_to_b_.in);
        a_to_b_.out.bind(b.frames_in);
        b.frames_out.bind(b_to_a_.in);
        b_to_a_.out.bind(a.frames_in);
    }

    [[nodiscard]] const CableChannel& a_to_b() const noexcept { return a_to_b_; }
    [[nodiscard]] const CableChannel& b_to_a() const noexcept { return b_to_a_; }

private:
    CableChannel a_to_b_;
    CableChannel b_to_a_;
};

} // namespace rootpool::models
