#pragma once

#include <cstdint>
#include <vector>

#include "rootpool/pcie/config_space.h"
#include "rootpool/pcie/link_arithmetic.h"

namespace rootpool::pcie {

/// Device/Port Type, PCIe base 7.5.3.2.
enum class PortType : std::uint8_t { endpoint = 0, root_port = 4, upstream_port = 5, downstream_port = 6 };

struct Identity {
    std::uint16_t vendor = 0;
    std::uint16_t device = 0;
    std::uint32_t class_code = 0; ///< 24 bits
    std::uint8_t revision = 0;
    std::uint16_t subsystem_vendor = 0;
    std::uint16_t subsystem = 0;
    bool multi_function = false;
    std::uint8_t interrupt_pin = 0; ///< 0 none, 1 INTA
};

struct Bar {
    unsigned index = 0;      ///< 0..5; a 64-bit BAR takes the next one too
    std::uint64_t bytes = 0; ///< a power of two, 16 at least
    bool bits_64 = false;
    bool prefetchable = false;
    bool io = false;
};

struct PowerManagement {
    std::uint16_t capabilities = 0x0003; ///< PMC: version 3
    std::uint16_t control = 0x0008;      ///< PMCSR after reset
};

struct Msix {
    std::uint16_t vectors = 1; ///< 1..2048
    std::uint8_t table_bar = 0;
    std::uint32_t table_offset = 0;
    std::uint8_t pending_bar = 0;
    std::uint32_t pending_offset = 0;
};

/// Raw register values after reset where devices differ; the builder knows which bits are writable for each port type.
/// Controls of what the capabilities do not offer read 0 (PCIe base table 7-2).
struct Express {
    PortType type = PortType::endpoint;
    std::uint8_t version = 2;
    bool slot_implemented = false;
    std::uint8_t interrupt_message = 0;
    std::uint32_t device_capabilities = 0x8000; ///< role-based error reporting
    std::uint16_t device_control = 0x2810;      ///< relaxed ordering, no snoop, MPS 128, MRRS 512
    std::uint32_t link_capabilities = 0;
    std::uint16_t link_control = 0; ///< Read Completion Boundary of a root port
    std::uint16_t link_status = 0;
    std::uint32_t slot_capabilities = 0;
    std::uint32_t device_capabilities_2 = 0;
    std::uint32_t link_capabilities_2 = 0;
    std::uint16_t link_control_2 = 0;
};

/// Link Capabilities and Link Status fields of a port: rate 1..3, lanes.
[[nodiscard]] constexpr std::uint32_t link_rate_and_width(unsigned generation, unsigned width) noexcept {
    return generation | width << 4U;
}

/// Link Capabilities, Link Capabilities 2 and the target rate of a port whose PCI Express capability is at `express`:
/// what it can do (PCIe base 7.5.3.6, 7.5.3.18, 7.5.3.19). Registers that the function does not have stay 0.
void set_link_capability(ConfigSpace& space, std::uint16_t express, const LinkParameters& able) noexcept;
/// Link Status: rate and width that were negotiated (PCIe base 7.5.3.8).
void set_link_status(ConfigSpace& space, std::uint16_t express, const LinkParameters& negotiated) noexcept;

struct AdvancedErrorReporting {
    bool root = false;                    ///< with root error command, status and source
    bool ecrc = false;                    ///< can generate and check ECRC
    bool internal = false;                ///< reports internal errors and overflow of the header log (6.2.10, optional)
    std::uint32_t severity = 0x0046'2030; ///< PCIe base 7.8.4.4: after reset
};

struct SingleRootIov {
    std::uint16_t total_vfs = 0;
    std::uint8_t dependency_link = 0;
    std::uint16_t first_vf_offset = 0;
    std::uint16_t vf_stride = 0;
    std::uint16_t vf_device = 0;
    std::uint32_t supported_page_sizes = 0x553;
    bool ari_control_writable = true; ///< only in the lowest-numbered PF
    std::vector<Bar> vf_bars{};       ///< size per VF; the register sizes to one VF (PCIe base 9.3.3.14)
};

/// Lays out the configuration space of one function: headers, BARs, capabilities. Links both chains in the order of the
/// calls.
///
/// Throws std::invalid_argument when a capability is not dword aligned, leaves its region or overlaps an earlier one,
/// and for impossible BARs.
class ConfigSpaceBuilder {
public:
    explicit ConfigSpaceBuilder(ConfigSpace& space) noexcept : space_(space) {}

    ConfigSpaceBuilder& type_0_header(const Identity& identity);
    ConfigSpaceBuilder& type_1_header(const Identity& identity);
    ConfigSpaceBuilder& bar(const Bar& bar);

    ConfigSpaceBuilder& power_management(std::uint16_t offset, const PowerManagement& power);
    /// One vector, 64-bit address, with or without per-vector mask.
    ConfigSpaceBuilder& msi(std::uint16_t offset, bool maskable);
    ConfigSpaceBuilder& msix(std::uint16_t offset, const Msix& msix);
    ConfigSpaceBuilder& express(std::uint16_t offset, const Express& express);
    ConfigSpaceBuilder& vital_product_data(std::uint16_t offset);
    /// Subsystem of a bridge.
    ConfigSpaceBuilder& bridge_subsystem(std::uint16_t offset, std::uint16_t vendor, std::uint16_t subsystem);

    ConfigSpaceBuilder& advanced_error_reporting(std::uint16_t offset, const AdvancedErrorReporting& aer);
    ConfigSpaceBuilder& serial_number(std::uint16_t offset, std::uint64_t number);
    ConfigSpaceBuilder& alternative_routing_id(std::uint16_t offset, std::uint8_t next_function);
    ConfigSpaceBuilder& single_root_iov(std::uint16_t offset, const SingleRootIov& sriov);
    /// `supported`: the low 7 bits of the ACS Capability register.
    ConfigSpaceBuilder& access_control(std::uint16_t offset, std::uint16_t supported);

private:
    void header(const Identity& identity, std::uint8_t type);
    void define_bar(std::uint16_t offset, const Bar& bar);
    void link(std::uint16_t offset, std::uint16_t bytes, std::uint8_t id);
    void link_extended(std::uint16_t offset, std::uint16_t bytes, std::uint16_t id, std::uint8_t version);
    void reserve(std::uint16_t offset, std::uint16_t bytes, std::uint16_t from, std::uint16_t to);

    struct Region {
        std::uint16_t offset;
        std::uint16_t end;
    };
    ConfigSpace& space_;
    std::vector<Region> taken_;
    std::uint16_t last_capability_ = 0;
    std::uint16_t last_extended_ = 0;
};

} // namespace rootpool::pcie
