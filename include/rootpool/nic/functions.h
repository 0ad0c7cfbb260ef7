#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "rootpool/nic/function_number.h"
#include "rootpool/pcie/config_space.h"
#include "rootpool/pcie/error_reporting.h"
#include "rootpool/pcie/link_arithmetic.h"

namespace rootpool::nic {

/// What NVM straps and stepping decide about the configuration spaces and about their resets.
struct FunctionOptions {
    bool prefetchable_bars = true;           ///< BAR0, BAR4 and the VF BARs
    std::uint32_t bar0_bytes = 512U * 1024U; ///< 128 KiB of registers and the flash; a power of two from 128 KiB
    std::uint16_t subsystem_vendor = 0x8086;
    std::uint16_t subsystem_id = 0x000C; ///< X520-2
    std::uint64_t serial_number = 0;     ///< EUI-64 of the Device Serial Number capability
    bool vital_product_data = true;      ///< VPD capability present
    pcie::LinkParameters link = {};      ///< what the port can do
    bool ari = true; ///< PF and VFs have the ARI capability; without it VFs stay at First VF Offset 384
    bool erratum_35 =
        true; ///< a VF's DevCap, LnkCap, DevCap2 and PCIe capability version read 0 (specification update, 35)
    bool erratum_36 = true; ///< completions to VF configuration requests carry a wrong function number (same, 36)
    bool vf_flr_keeps_queues = true; ///< resets of a VF leave heads, tails and controls of its queues (same, "VFLR")
};

/// Where a memory request hit.
struct BarHit {
    FunctionNumber function;
    std::uint8_t bar = 0; ///< PF: 0 or 4; VF: 0 or 3
    std::uint32_t offset = 0;
};

/// What the device must do after software wrote configuration space.
class FunctionEvents {
public:
    virtual ~FunctionEvents() = default;
    /// Function level reset, by Device Control; for the PF also what a conventional reset would do to the registers.
    virtual void on_function_level_reset(FunctionNumber function) = 0;
    /// The first `vfs` VFs came into being or vanished (VF Enable).
    virtual void on_vf_enable(bool enabled, unsigned vfs) = 0;
    /// Bus Master Enable or MSI-X Message Control of a function changed.
    virtual void on_control_changed(FunctionNumber function) = 0;
};

/// The configuration spaces of the PF and of its 64 VFs, and what SR-IOV makes of them: which routing IDs exist and
/// where their memory is.
class Functions {
public:
    /// Throws std::invalid_argument if `options` name an impossible BAR size.
    Functions(const FunctionOptions& options, FunctionEvents& events);
    Functions(const Functions&) = delete;
    Functions& operator=(const Functions&) = delete;

    /// Who a configuration request of Type 0 to `target` is for. VFs answer only while VF Enable is set, and only the
    /// NumVFs first ones. The bus number is not looked at for the PF: it captures it.
    [[nodiscard]] std::optional<FunctionNumber> at(pcie::Bdf target) const noexcept;
    [[nodiscard]] std::uint32_t read(FunctionNumber function, std::uint16_t offset) const noexcept;
    /// A Type 0 configuration write: the PF captures bus and device number of `target` (PCIe base 2.2.6.2).
    void write(FunctionNumber function, pcie::Bdf target, std::uint16_t offset, std::uint32_t value,
               std::uint8_t byte_enables);
    /// What the link of the port was negotiated to.
    void set_link(const pcie::LinkParameters& negotiated) noexcept;
    /// The completer ID of completions to configuration requests, erratum 36 included.
    [[nodiscard]] pcie::Bdf configuration_completer(FunctionNumber function) const noexcept;

    /// Which register or table a memory address belongs to. Needs Memory Space Enable or VF MSE.
    [[nodiscard]] std::optional<BarHit> decode(std::uint64_t address) const noexcept;

    [[nodiscard]] pcie::Bdf routing_id(FunctionNumber function) const noexcept;
    [[nodiscard]] bool exists(FunctionNumber function) const noexcept;
    /// The function may issue requests: it exists, Bus Master Enable is set, and it is in D0.
    [[nodiscard]] bool bus_master(FunctionNumber function) const noexcept;
    [[nodiscard]] bool msix_enabled(FunctionNumber function) const noexcept;
    [[nodiscard]] bool msix_function_masked(FunctionNumber function) const noexcept;
    /// Number of VFs that exist now.
    [[nodiscard]] unsigned active_vfs() const noexcept { return active_vfs_; }
    [[nodiscard]] bool vf_enabled() const noexcept { return active_vfs_ != 0; }
    /// Of Device Control of the PF; VFs use the PF's values.
    [[nodiscard]] unsigned max_payload() const noexcept { return max_payload_; }
    [[nodiscard]] unsigned max_read_request() const noexcept { return max_read_request_; }
    /// Of Device Control 2 of the PF; `usual` in the default range, core::never if it is disabled.
    [[nodiscard]] SimTime completion_timeout(SimTime usual) const noexcept;

    /// Fundamental or hot reset of the device.
    void conventional_reset();
    /// Records an error that a function detected; one that belongs to no function in particular is the PF's (PCIe
    /// base 6.2.4). The message that the device has to send for it, if one is due.
    [[nodiscard]] std::optional<pcie::TlpHeader> report_error(FunctionNumber function, pcie::ErrorKind kind,
                                                              const pcie::ErrorDetails& details) noexcept;
    /// A read of this function was answered with UR or CA.
    void note_unsuccessful(FunctionNumber function, pcie::CompletionStatus status) noexcept;
    /// ECRC Generation and Check Enable of the PF; VFs have none of their own (PCIe base 7.8.4.7).
    [[nodiscard]] bool generates_ecrc() const noexcept { return generates_ecrc_; }
    [[nodiscard]] bool checks_ecrc() const noexcept { return checks_ecrc_; }
    void set_transactions_pending(FunctionNumber function, bool pending) noexcept;

    [[nodiscard]] const pcie::ConfigSpace& space(FunctionNumber function) const noexcept {
        return *spaces_[function.index()];
    }

private:
    void define_pf(const FunctionOptions& options);
    void define_vf(pcie::ConfigSpace& space, const FunctionOptions& options);
    void on_write(FunctionNumber function, const pcie::ConfigSpace::Write& write);
    void on_pf_write(const pcie::ConfigSpace::Write& write);
    void reset_function(FunctionNumber function);
    [[nodiscard]] pcie::ErrorReporter reporter(FunctionNumber function) noexcept;
    void update_sriov();
    void update_windows();
    [[nodiscard]] bool wakes_from_d3(const pcie::ConfigSpace::Write& write) const noexcept;

    struct Window {
        std::uint64_t base = 0;
        std::uint64_t bytes = 0; ///< 0: closed
        [[nodiscard]] bool holds(std::uint64_t address) const noexcept { return address - base < bytes; }
    };

    FunctionOptions options_;
    FunctionEvents& events_;
    std::array<std::unique_ptr<pcie::ConfigSpace>, function_count> spaces_;
    pcie::Bdf pf_id_;
    unsigned active_vfs_ = 0;
    std::uint16_t first_vf_offset_ = 0;
    unsigned max_payload_ = 128;
    unsigned max_read_request_ = 512;
    bool generates_ecrc_ = false;
    bool checks_ecrc_ = false;
    std::uint32_t vf_bar_bytes_ = vf_register_space_bytes; ///< per VF, rounded up to the system page size
    Window pf_bar0_;
    Window pf_bar4_;
    Window vf_bar0_;
    Window vf_bar3_;
};

} // namespace rootpool::nic
