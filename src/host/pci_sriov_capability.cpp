#include <numeric>

#include "host/pci_bar_sizing.h"
#include "host/pci_layout.h"
#include "host/pci_log.h"
#include "host/pci_scanner.h"

namespace rootpool::host {
namespace {

/// The highest bus number that a VF can have, 256 or more when routing IDs overflow. NumVFs is TotalVFs while offset
/// and stride are read: both may depend on it (PCIe base 9.3.3.9).
unsigned last_vf_bus(PciFunction& function, PciDevice& pf) {
    const unsigned at = pf.capability.sriov;
    function.write16(at + layout::sriov_num_vfs, pf.sriov.total_vfs);
    pf.sriov.first_vf_offset = function.read16(at + layout::sriov_first_vf_offset);
    pf.sriov.vf_stride = function.read16(at + layout::sriov_vf_stride);
    function.write16(at + layout::sriov_num_vfs, 0);
    const std::uint64_t last = std::uint64_t{pf.bdf.routing_id()} + pf.sriov.first_vf_offset +
                               std::uint64_t{pf.sriov.total_vfs - 1U} * pf.sriov.vf_stride;
    return static_cast<unsigned>(std::min<std::uint64_t>(last >> 8U, 256));
}

/// From the size of one VF to the space of all; what cannot exist is taken out.
void multiply_bars(KernelLog& log, PciDevice& pf) {
    for (unsigned i = 0; i < pf.sriov.bars.size(); ++i) {
        PciResource& bar = pf.sriov.bars[i];
        if (bar.size == 0) {
            continue;
        }
        if (bar.size > ~std::uint64_t{0} / pf.sriov.total_vfs) {
            pci_log(log, pf, "VF BAR{}: {} for {} VFs cannot exist", i, to_string(bar), pf.sriov.total_vfs);
            bar = {};
            continue;
        }
        bar.size *= pf.sriov.total_vfs;
        PciResource shown = bar;
        shown.assigned = true;
        pci_log(log, pf, "VF(n) BAR{} space: {} (contains BAR{} for {} VFs)", i, to_string(shown), i,
                pf.sriov.total_vfs);
    }
}

/// Takes the smallest page size that is at least 4 KB, as Linux on x86. False: none is supported.
bool set_page_size(PciFunction& function, unsigned at) {
    const std::uint32_t supported = function.read32(at + layout::sriov_supported_pages);
    function.write32(at + layout::sriov_system_page, supported & (~supported + 1));
    return supported != 0;
}

} // namespace

void read_sriov(ConfigAccess& access, KernelLog& log, Sleeper& sleeper, PciDevice& pf, bool first_on_bus) {
    PciFunction function(access, pf.bdf);
    const unsigned at = pf.capability.sriov;
    if ((function.read16(at + layout::sriov_control) & layout::sriov_control_vf_enable) != 0) {
        function.write16(at + layout::sriov_control, 0);
        sleeper.sleep(1s); // VFs of an earlier life need it to go (PCIe base 9.3.3.3.1)
    }
    const bool ari = first_on_bus && pf.parent != nullptr && pf.parent->bridge.ari_forwarding;
    function.write16(at + layout::sriov_control, ari ? layout::sriov_control_ari : 0);

    pf.sriov.total_vfs = function.read16(at + layout::sriov_total_vfs);
    pf.sriov.initial_vfs = function.read16(at + layout::sriov_initial_vfs);
    pf.sriov.vf_device_id = function.read16(at + layout::sriov_vf_device_id);
    pf.sriov.driver_max_vfs = pf.sriov.total_vfs;
    if (pf.sriov.total_vfs == 0 || pf.sriov.total_vfs == 0xFFFF || !set_page_size(function, at)) {
        pf.capability.sriov = 0;
        return;
    }
    const unsigned last_bus = last_vf_bus(function, pf);
    if (pf.sriov.first_vf_offset == 0 || (pf.sriov.total_vfs > 1 && pf.sriov.vf_stride == 0) || last_bus > 255) {
        pci_log(log, pf, "SR-IOV: {} VFs at offset {}, stride {} are impossible, capability ignored",
                pf.sriov.total_vfs, pf.sriov.first_vf_offset, pf.sriov.vf_stride);
        pf.capability.sriov = 0;
        return;
    }
    pf.sriov.last_bus = static_cast<std::uint8_t>(last_bus);
    PciBarSizing(function, pf, log).size(at + layout::sriov_first_bar, 6, pf.sriov.bars);
    multiply_bars(log, pf);
}

} // namespace rootpool::host
