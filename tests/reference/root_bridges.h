#pragma once

#include <utility>

#include "rootpool/pcie/tlp.h"
#include "tests/reference/switch_settings.h"

namespace rootpool::reference {

/// Where a TLP of a root goes.
struct Destination {
    enum class Kind : std::uint8_t { device, own_function, refused, consumed };
    Kind kind = Kind::refused;
    std::size_t device = 0;      ///< device
    bool becomes_type_0 = false; ///< device: a configuration request has come to its bus
    pcie::Bdf function;          ///< own_function: its routing ID
    std::uint32_t identity = 0;  ///< own_function: its first register
};

/// What becomes of a TLP of a device at the bridges above it.
enum class Upward : std::uint8_t { goes, refused, lost };

/// The virtual bridges of one root: a switch as any other, by its windows and bus numbers (PCIe base 1.3.3).
class RootBridges {
public:
    RootBridges(RootTables tables, TaggingKind tagging) : tables_(std::move(tables)), tagging_(tagging) {}

    /// Everything is as at power-on; software does not come back. `is_held`: the link to the root is down.
    void reset(bool is_held);

    [[nodiscard]] Destination route(const pcie::TlpHeader& header) const;
    /// Whether a TLP of a device goes to the root, and does not come down again below its bridges.
    [[nodiscard]] Upward upward(const pcie::TlpHeader& header) const;
    /// The bridge above a device.
    [[nodiscard]] const BridgeTable& above(std::size_t device) const { return tables_.downstream.at(device); }
    /// The function that refuses what no window takes.
    [[nodiscard]] pcie::Bdf refuser() const noexcept { return tables_.upstream.id; }

private:
    [[nodiscard]] bool carries_root(const pcie::TlpHeader& header) const noexcept;
    [[nodiscard]] Destination route_configuration(const pcie::TlpHeader& header) const;
    [[nodiscard]] Destination route_memory(std::uint64_t address) const;
    [[nodiscard]] Destination route_completion(std::uint8_t bus) const;

    RootTables tables_;
    TaggingKind tagging_;
    bool is_held_ = false;
    bool is_enabled_ = true; ///< memory, and requests of devices
};

} // namespace rootpool::reference
