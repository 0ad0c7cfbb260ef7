#pragma once

#include <memory>
#include <string>
#include <systemc>

#include "models/core/scheduler.h"
#include "models/net/frame_socket.h"
#include "models/nic/nic_config.h"
#include "models/nic/nic_counters.h"
#include "models/pcie/port.h"
#include "rootpool/net/frame.h"
#include "rootpool/nic/functions.h"
#include "rootpool/pcie/tlp.h"

namespace rootpool::models {

/// An Intel 82599 with one Ethernet port: PCI Express endpoint with one PF and 64 VFs, DMA engines, L2 switch and 10
/// Gb/s MAC.
///
/// Connect `port()` to a Link and, if there is a network, `frames_out`/`frames_in` to a Cable. All that software sees
/// of it goes through the port as TLPs.
class Nic82599 : public sc_core::sc_module {
public:
    FrameInitiatorSocket frames_out{"frames_out"};
    FrameTargetSocket frames_in{"frames_in"};

    /// The scheduler, factory and pool must outlive the device. Throws std::invalid_argument if `config` is impossible.
    Nic82599(const sc_core::sc_module_name& name, const Nic82599Config& config, Scheduler& scheduler,
             pcie::TlpFactory& tlps, net::FramePool& frames);
    ~Nic82599() override;

    [[nodiscard]] Port& port() noexcept;
    /// Reports every frame at the MAC. Before the simulation; `label` is "<device>-<port>".
    void observe(net::FrameObserver& observer, const std::string& label);
    /// Plugs or unplugs the network cable (LINKS.UP, link status change interrupt). Up from the start if a cable is
    /// bound.
    void set_link(bool up);
    /// Fundamental or hot reset: everything back to power-on values.
    void conventional_reset();

    [[nodiscard]] const nic::Functions& functions() const noexcept;
    [[nodiscard]] const NicCounters& counters() const noexcept;
    [[nodiscard]] const TlpLatency& latency() const noexcept;
    /// Frames, or copies, that are inside the device now.
    [[nodiscard]] std::size_t frames_inside() const noexcept;
    /// Throws core::ModelViolation if a frame or a copy is neither delivered nor counted as dropped nor inside.
    void check_frames_accounted() const;

private:
    struct Internals;
    void start_of_simulation() override;

    std::unique_ptr<Internals> internals_;
};

} // namespace rootpool::models
