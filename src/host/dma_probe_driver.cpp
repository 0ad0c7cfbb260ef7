#include "rootpool/host/dma_probe_driver.h"

#include "host/pci_layout.h"
#include "host/pci_log.h"

namespace rootpool::host {

namespace {

constexpr std::uint16_t extended_tag_enable = 1U << 8U; // Device Control (PCIe base 7.5.3.4)

} // namespace

unsigned DmaProbeDriver::control_register() const noexcept {
    return device_.capability.express + layout::device_control;
}

bool DmaProbeDriver::probe() {
    const std::uint16_t before = function_.read16(control_register());
    control_ = before | extended_tag_enable;
    if (control_ != before) {
        function_.write16(control_register(), control_);
    }
    return core_.enable_device(device_);
}

bool DmaProbeDriver::restore() {
    if (function_.read16(layout::vendor_id) != device_.vendor) {
        return false;
    }
    const bool enabled = (function_.read16(layout::command) & layout::command_master) != 0;
    if (enabled && function_.read16(control_register()) == control_) {
        return true;
    }
    pci_log(core_.log(), device_, "lost its configuration, which is written again");
    function_.write16(control_register(), control_);
    return core_.enable_device(device_);
}

} // namespace rootpool::host
