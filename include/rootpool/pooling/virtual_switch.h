#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "rootpool/pcie/tlp.h"
#include "rootpool/pooling/bridge_function.h"
#include "rootpool/pooling/management_registers.h"
#include "rootpool/pooling/port_switching_table.h"
#include "rootpool/pooling/refusal.h"

namespace rootpool::pooling {

/// Is told what a root does with the buses below its downstream bridges.
class BridgeListener {
public:
    virtual ~BridgeListener() = default;
    virtual void on_secondary_bus(pcie::RootId root, DeviceIndex device, pcie::Bdf bridge, std::uint8_t bus) = 0;
    /// The link that this root sees below its downstream bridge is in reset (`held`), or not any more.
    virtual void on_secondary_reset(pcie::RootId root, DeviceIndex device, bool held) = 0;
};

/// Where a TLP from the root goes.
struct Route {
    enum class Kind : std::uint8_t {
        local,   ///< one of the switch's own functions executes it
        device,  ///< through the crossbar to a device
        probe,   ///< UR, not counted: configuration request for what is not there
        refuse,  ///< UR or dropped, counted
        consume, ///< a message that ends here
    };
    Kind kind = Kind::refuse;
    RefusalCause cause = RefusalCause::none;
    std::size_t function = 0;       ///< local
    DeviceIndex device;             ///< device
    bool convert_to_type_0 = false; ///< device: the bus is the bridge's secondary bus
};

/// One root's view of the switch: a complete single-root switch of management endpoint (function 0), upstream bridge
/// (function 1) and one downstream bridge per device that the port switching table connects. No time, no queues.
class VirtualSwitch {
public:
    static constexpr std::size_t management = 0;
    static constexpr std::size_t upstream = 1;
    static constexpr std::size_t first_downstream = 2;

    VirtualSwitch(pcie::RootId root, const PortSwitchingTable& ports, BridgeListener& listener,
                  pcie::TlpFactory& factory);
    /// Connects BAR0 of the management endpoint; before the simulation.
    void set_management(ManagementRegisters& registers) noexcept { registers_ = &registers; }

    [[nodiscard]] Route route(const pcie::TlpHeader& header) const noexcept;
    /// Executes a request that route() called local. The completion, or nothing for a posted request.
    [[nodiscard]] pcie::TlpPtr execute(const pcie::Tlp& request, const Route& route);
    /// Ends a TLP that route() refused: counts, reports, and makes the UR completion of a non-posted request.
    [[nodiscard]] pcie::TlpPtr refuse(const pcie::Tlp& tlp, RefusalCause cause, bool counted);
    /// Whether a TLP of a device may go up through the bridges; none = yes.
    [[nodiscard]] RefusalCause upward(DeviceIndex device, const pcie::TlpHeader& header) const noexcept;
    /// Ends a TLP that upward() refused. `received` is the TLP as the device sent it, `sent` as this root would see
    /// it. The completion for the device, if it waits for one.
    [[nodiscard]] pcie::TlpPtr refuse_upward(DeviceIndex device, const pcie::Tlp& received, const pcie::TlpHeader& sent,
                                             RefusalCause cause);
    /// Ends a TLP between a device and this root, which is fenced (docs/timing.md 3.8): counted, not reported. The
    /// completion for its sender, if it waits for one.
    [[nodiscard]] pcie::TlpPtr refuse_fenced(DeviceIndex device, const pcie::Tlp& received);
    /// The sharing engine refused a TLP of this root: its downstream bridge reports that.
    void report_refusal(DeviceIndex device, RefusalCause cause, const pcie::ErrorDetails& details);
    /// The port to the root detected an error of its link. It belongs to both functions that the port has (PCIe
    /// base 6.2.4); one message is sent.
    void report_link_error(pcie::ErrorKind kind);
    /// The port to a device did; the virtual bridge above it reports.
    void report_link_error(DeviceIndex device, pcie::ErrorKind kind) {
        report(first_downstream + bridge_of_[device.index()], kind, {.side = pcie::BridgeSide::secondary});
    }
    /// The link to the root goes down, or comes up again: a hot reset of all functions of this root (PCIe base 6.6.1).
    void set_link(bool up);
    /// Nothing passes between the root and this device: something above it is in reset.
    [[nodiscard]] bool is_held(DeviceIndex device) const noexcept { return held_[bridge_of_[device.index()]]; }
    /// A message of a device on its way to the root: both bridges forward ERR_ messages if software lets them (PCIe
    /// base 6.2.8.1), and everything else.
    [[nodiscard]] bool forwards(DeviceIndex device, const pcie::TlpHeader& message) noexcept;
    /// The ERR_ message that the last call made due, if any; it goes to the root like a completion of this switch.
    [[nodiscard]] pcie::TlpPtr take_error() noexcept { return std::move(error_); }

    [[nodiscard]] bool reaches(DeviceIndex device) const noexcept {
        return std::ranges::find(devices_, device) != devices_.end();
    }
    void set_presence(DeviceIndex device, bool present) noexcept { downstream(device).set_presence(present); }
    /// Rate and width of the link to the root, and of that below a downstream bridge.
    void set_upstream_link(const pcie::LinkParameters& link) noexcept {
        functions_[management].set_link(link);
        functions_[upstream].set_link(link);
    }
    void set_downstream_link(DeviceIndex device, const pcie::LinkParameters& link) noexcept {
        downstream(device).set_link(link);
    }
    void set_max_payload(DeviceIndex device, unsigned bytes) noexcept { downstream(device).set_max_payload(bytes); }

    [[nodiscard]] pcie::RootId root() const noexcept { return root_; }
    [[nodiscard]] const BridgeFunction& function(std::size_t index) const { return functions_.at(index); }
    [[nodiscard]] const BridgeFunction& bridge(DeviceIndex device) const noexcept {
        return functions_[first_downstream + bridge_of_[device.index()]];
    }
    [[nodiscard]] const RefusalCounters& refused() const noexcept { return refused_; }

private:
    [[nodiscard]] Route route_configuration(const pcie::TlpHeader& header) const noexcept;
    [[nodiscard]] Route route_memory(std::uint64_t address) const noexcept;
    [[nodiscard]] Route route_completion(pcie::Bdf requester) const noexcept;
    [[nodiscard]] pcie::TlpPtr execute_configuration(const pcie::Tlp& request, std::size_t function_number);
    [[nodiscard]] pcie::TlpPtr execute_memory(const pcie::Tlp& request);
    void update_held();
    void report(std::size_t function_number, pcie::ErrorKind kind, const pcie::ErrorDetails& details);
    [[nodiscard]] BridgeFunction& downstream(DeviceIndex device) noexcept {
        return functions_[first_downstream + bridge_of_[device.index()]];
    }

    pcie::RootId root_;
    std::vector<DeviceIndex> devices_;    ///< by bridge device number
    std::vector<std::uint8_t> bridge_of_; ///< by DeviceIndex
    BridgeListener& listener_;
    pcie::TlpFactory& factory_;
    ManagementRegisters* registers_ = nullptr;
    std::vector<BridgeFunction> functions_;
    std::vector<bool> held_; ///< by bridge device number
    bool link_up_ = true;
    RefusalCounters refused_;
    pcie::TlpPtr error_;
};

} // namespace rootpool::pooling
