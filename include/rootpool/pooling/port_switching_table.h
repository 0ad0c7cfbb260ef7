#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "rootpool/pcie/types.h"
#include "rootpool/pooling/device_profile.h"

namespace rootpool::pooling {

/// Where a root sees a device: device number of the downstream bridge on its internal bus, and slot number (unique per
/// root, from 1).
struct PortPath {
    std::uint8_t bridge_device;
    std::uint16_t slot;
};

/// The crossbar's port switching table: which upstream port reaches which downstream port. Bridges of a path exist from
/// reset.
class PortSwitchingTable {
public:
    PortSwitchingTable(unsigned roots, unsigned devices);
    /// Every root reaches every device.
    [[nodiscard]] static PortSwitchingTable full(unsigned roots, unsigned devices);

    /// Bridges of one root are numbered in the order of the calls. Throws std::invalid_argument when root or device
    /// does not exist, is connected already, or the internal bus is full (32 devices).
    void connect(pcie::RootId root, DeviceIndex device);

    [[nodiscard]] std::optional<PortPath> path(pcie::RootId root, DeviceIndex device) const noexcept;
    /// The devices that a root reaches, in the order of their bridge device numbers.
    [[nodiscard]] const std::vector<DeviceIndex>& devices_of(pcie::RootId root) const {
        return devices_of_.at(root.index());
    }
    [[nodiscard]] unsigned roots() const noexcept { return static_cast<unsigned>(devices_of_.size()); }
    [[nodiscard]] unsigned devices() const noexcept { return devices_; }

private:
    unsigned devices_;
    std::vector<std::vector<DeviceIndex>> devices_of_;
};

} // namespace rootpool::pooling
