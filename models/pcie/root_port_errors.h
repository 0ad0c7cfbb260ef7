#pragma once

#include <cstdint>
#include <deque>

#include "models/core/scheduler.h"
#include "rootpool/core/delegate.h"
#include "rootpool/pcie/error_reporting.h"
#include "rootpool/pcie/root_errors.h"

namespace rootpool::models {

/// The error side of a root port: what it detects itself, the ERR_ messages that come up its link, and the interrupt
/// that both may raise. Registers change when the TLP has arrived, not when its arrival is announced.
class RootPortErrors {
public:
    using InterruptSink = core::Delegate<void(std::uint64_t address, std::uint32_t data)>;

    /// `msi`: offset of the root port's MSI capability (one vector, 64-bit address).
    RootPortErrors(pcie::ConfigSpace& space, pcie::ErrorRegisters at, std::uint16_t msi, Scheduler& scheduler);

    void on_interrupt(InterruptSink sink) noexcept { sink_ = sink; }

    /// A message of any kind from below.
    void receive(const pcie::TlpHeader& header, SimTime at);
    /// An error that the root port `self` detected on its link.
    void report(pcie::ErrorKind kind, pcie::ErrorDetails details, pcie::Bdf self, SimTime at);
    /// A request of the processor was answered with UR or CA.
    void note_unsuccessful(pcie::CompletionStatus status) noexcept;
    /// Software wrote configuration space of the root port.
    void follow_write();

    [[nodiscard]] std::uint64_t interrupts() const noexcept { return interrupts_; }
    /// How often Root Control asked for a system error. There is nobody who could be told.
    [[nodiscard]] std::uint64_t system_errors() const noexcept { return system_errors_; }

private:
    struct Pending {
        pcie::ErrorMessage message;
        pcie::Bdf source;
        bool own; ///< of the root port, else from below
        SimTime at;
    };
    void add(const Pending& pending);
    void take_due();
    void raise();

    pcie::ConfigSpace& space_;
    std::uint16_t msi_;
    pcie::ErrorReporter reporter_;
    pcie::RootErrors errors_;
    std::deque<Pending> pending_; ///< by time of arrival
    InterruptSink sink_;
    Timer timer_;
    std::uint64_t interrupts_ = 0;
    std::uint64_t system_errors_ = 0;
};

} // namespace rootpool::models
