#pragma once

#include <cstdint>

#include "rootpool/pcie/config_space.h"
#include "rootpool/pcie/error_reporting.h"
#include "rootpool/pcie/link_arithmetic.h"
#include "rootpool/pcie/tlp.h"

namespace rootpool::models {

/// Configuration space of a DmaProbe: one function without BARs, with power management, PCI Express and AER
/// capabilities. Supports 512 bytes of payload and Extended Tag.
class DmaProbeFunction {
public:
    /// The IDs with which Xilinx' 7 series core for PCI Express at 5 GT/s x8 comes: those of no product.
    static constexpr std::uint16_t vendor = 0x10EE;
    static constexpr std::uint16_t device = 0x7028;

    explicit DmaProbeFunction(const pcie::LinkParameters& link);
    DmaProbeFunction(const DmaProbeFunction&) = delete;
    DmaProbeFunction& operator=(const DmaProbeFunction&) = delete;

    /// Answers a request that the device received. The completion's header, and in `data` its dword if it has one.
    /// Anything but configuration requests of this function is unsupported.
    [[nodiscard]] pcie::TlpHeader serve(const pcie::Tlp& request, std::uint32_t& data);

    // --- what software set up
    /// As captured from the last configuration write (PCIe base 2.2.6.2).
    [[nodiscard]] pcie::Bdf id() const noexcept { return id_; }
    [[nodiscard]] bool bus_master_enabled() const noexcept;
    [[nodiscard]] unsigned max_payload() const noexcept;      ///< bytes
    [[nodiscard]] unsigned max_read_request() const noexcept; ///< bytes
    /// Tags that a requester may use: 256 with Extended Tag Field Enable, else 32 (PCIe base 2.2.6.2).
    [[nodiscard]] unsigned tags() const noexcept;

    /// As its link goes down (PCIe base 2.9.1): what software set up is gone, sticky bits stay.
    void reset() noexcept;
    void set_transactions_pending(bool pending) noexcept;
    /// Records an error of the link; the message that is due.
    [[nodiscard]] pcie::ErrorMessage report(pcie::ErrorKind kind) noexcept { return errors().report(kind); }

private:
    [[nodiscard]] std::uint16_t device_control() const noexcept;
    [[nodiscard]] pcie::ErrorReporter errors() noexcept;

    pcie::ConfigSpace space_;
    pcie::Bdf id_;
};

} // namespace rootpool::models
