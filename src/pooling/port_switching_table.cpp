#include "rootpool/pooling/port_switching_table.h"

#include <algorithm>
#include <stdexcept>

namespace rootpool::pooling {

PortSwitchingTable::PortSwitchingTable(unsigned roots, unsigned devices) : devices_(devices), devices_of_(roots) {}

PortSwitchingTable PortSwitchingTable::full(unsigned roots, unsigned devices) {
    PortSwitchingTable table(roots, devices);
    for (unsigned root = 0; root < roots; ++root) {
        for (unsigned device = 0; device < devices; ++device) {
            table.connect(pcie::RootId(static_cast<std::uint8_t>(root)),
                          DeviceIndex(static_cast<std::uint8_t>(device)));
        }
    }
    return table;
}

void PortSwitchingTable::connect(pcie::RootId root, DeviceIndex device) {
    constexpr std::size_t devices_on_a_bus = 32;
    if (root.index() >= devices_of_.size() || device.index() >= devices_) {
        throw std::invalid_argument("port switching table: no such root or device");
    }
    if (path(root, device)) {
        throw std::invalid_argument("port switching table: root and device are connected already");
    }
    if (devices_of_[root.index()].size() == devices_on_a_bus) {
        throw std::invalid_argument("port switching table: a root reaches at most 32 devices");
    }
    devices_of_[root.index()].push_back(device);
}

std::optional<PortPath> PortSwitchingTable::path(pcie::RootId root, DeviceIndex device) const noexcept {
    if (root.index() >= devices_of_.size()) {
        return std::nullopt;
    }
    const auto& devices = devices_of_[root.index()];
    const auto found = std::ranges::find(devices, device);
    if (found == devices.end()) {
        return std::nullopt;
    }
    const auto number = static_cast<std::uint8_t>(found - devices.begin());
    return PortPath{number, static_cast<std::uint16_t>(number + 1U)};
}

} // namespace rootpool::pooling
