#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "models/host/cpu.h"
#include "rootpool/host/hardware_access.h"

namespace rootpool::models {

/// Interrupt vectors of one server: message address and data name a core and a vector there. A message costs that core
/// its interrupt time, then the handler runs.
class InterruptDispatcher : public host::InterruptController {
public:
    /// All vectors go to `core`; `cost` is the time of one interrupt.
    InterruptDispatcher(CpuCore& core, SimTime cost) noexcept : core_(core), cost_(cost) {}

    [[nodiscard]] host::MsiMessage allocate(host::InterruptHandler& handler, std::string_view name) override;

    /// A message from a device, as the root complex received it.
    void on_message(std::uint64_t address, std::uint32_t data);

    [[nodiscard]] std::uint64_t delivered() const noexcept { return delivered_; }
    /// Messages with a vector that nobody allocated.
    [[nodiscard]] std::uint64_t spurious() const noexcept { return spurious_; }

private:
    struct Vector {
        host::InterruptHandler* handler;
        std::string name;
        void fire() const { handler->on_interrupt(); }
    };
    CpuCore& core_;
    SimTime cost_;
    std::deque<Vector> vectors_; ///< a deque: entries stay where they are
    std::uint64_t delivered_ = 0;
    std::uint64_t spurious_ = 0;
};

} // namespace rootpool::models
