#pragma once

#include "rootpool/pcie/error_reporting.h"

namespace rootpool::pcie {

/// What a root port tells the processor about an error.
struct RootErrorSignals {
    bool interrupt = false;    ///< the message of the AER service, by Root Error Command
    bool system_error = false; ///< by Root Control
};

/// Where ERR_ messages end: Root Error Command, Root Error Status and Error Source Identification of a root port (PCIe
/// base 6.2.4.1, 7.8.4.9 to 7.8.4.11).
class RootErrors {
public:
    /// `root_port` has AER with the root registers.
    RootErrors(ConfigSpace& root_port, ErrorRegisters at) noexcept : space_(&root_port), at_(at) {}

    /// A message from below. What the bridge part does not forward leaves no trace here (PCIe base 6.2.8.1).
    [[nodiscard]] RootErrorSignals receive(ErrorMessage message, Bdf source) noexcept;
    /// What ErrorReporter returned for an error of the root port itself: it counts as if the port had sent itself the
    /// message (PCIe base 7.8.4.10).
    [[nodiscard]] RootErrorSignals record(ErrorMessage message, Bdf source) noexcept;
    /// After every configuration write: enabling a pending error raises the interrupt, clearing it ends it. Whether to
    /// raise it now (PCIe base 6.2.4.1.2, edge-triggered).
    [[nodiscard]] bool follow_write() noexcept;

private:
    [[nodiscard]] bool interrupt_due() const noexcept;
    void note(ErrorMessage message, Bdf source) noexcept;

    ConfigSpace* space_;
    ErrorRegisters at_;
    bool raised_ = false; ///< the condition held when it was looked at last
};

} // namespace rootpool::pcie
