#pragma once

#include "models/core/scheduler.h"
#include "models/nic/nic_config.h"
#include "models/nic/nic_counters.h"
#include "models/pcie/port.h"
#include "rootpool/net/frame.h"
#include "rootpool/nic/device.h"
#include "rootpool/pcie/tlp.h"

namespace rootpool::models {

/// What the parts of one device share.
struct NicContext {
    const Nic82599Config& config;
    Scheduler& scheduler;
    pcie::TlpFactory& tlps;
    net::FramePool& frames;
    Port& port;
    nic::Device& device;
    NicCounters& counters;

    /// A TLP of the device's own: numbered, stamped, and with a digest if software wants one (PCIe base 2.7.1).
    void send(const pcie::TlpPtr& tlp, std::uint64_t transaction, SimTime at) const;
    /// Records an error that `function` detected, and sends the message that is due for it at `at` (not before now).
    void report(nic::FunctionNumber function, pcie::ErrorKind kind, const pcie::ErrorDetails& details,
                SimTime at) const;

    /// The edge of the core clock that is `cycles` whole cycles after `time`.
    [[nodiscard]] SimTime after(SimTime time, unsigned cycles) const noexcept {
        return core::align_up(time, config.core_period) + config.core_period * static_cast<std::int64_t>(cycles);
    }
};

} // namespace rootpool::models
