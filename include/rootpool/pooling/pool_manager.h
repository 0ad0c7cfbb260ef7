#pragma once

#include <string_view>
#include <vector>

#include "rootpool/pcie/types.h"
#include "rootpool/pooling/device_profile.h"
#include "rootpool/pooling/port_switching_table.h"

namespace rootpool::pooling {

class SharingEngine;
class VirtualSwitch;

/// VFs first..last, both included.
struct VfRange {
    pcie::VfIndex first;
    pcie::VfIndex last;
};

enum class AssignResult : std::uint8_t {
    ok,
    no_such_device,
    no_such_root,
    root_is_master,  ///< the master has every VF that is not lent
    no_path,         ///< the port switching table does not connect them
    vf_out_of_range, ///< range is empty or goes beyond the device's VFs
    already_lent,
    too_many_functions, ///< more than 8 VFs in a slot without ARI, 256 with it
    not_lent,           ///< take-back of what the root does not have
};
[[nodiscard]] std::string_view to_string(AssignResult result) noexcept;

/// The management side of the pool: lends VFs to roots and takes them back. A refused command changes nothing.
class PoolManager {
public:
    /// Engines and switches by index; all outlive the manager.
    PoolManager(const PortSwitchingTable& ports, std::vector<SharingEngine*> engines,
                std::vector<VirtualSwitch*> switches);

    /// Lends `vfs` of `device` to `root`, as functions of its slot for that device, packed behind those that it holds.
    /// Slot presence follows.
    [[nodiscard]] AssignResult assign(DeviceIndex device, VfRange vfs, pcie::RootId root);
    /// Takes `vfs` back from `root`. The remaining functions of the slot keep their numbers only if the slot is empty
    /// or the tail was taken: function 0 must exist, so the others are packed again.
    [[nodiscard]] AssignResult unassign(DeviceIndex device, VfRange vfs, pcie::RootId root);

private:
    [[nodiscard]] AssignResult check(DeviceIndex device, VfRange vfs, pcie::RootId root) const;
    void update_presence(DeviceIndex device, pcie::RootId root);

    const PortSwitchingTable& ports_;
    std::vector<SharingEngine*> engines_;
    std::vector<VirtualSwitch*> switches_;
};

} // namespace rootpool::pooling
