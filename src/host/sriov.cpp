#include "rootpool/host/sriov.h"

#include "host/pci_layout.h"
#include "host/pci_log.h"
#include "rootpool/host/pci_function.h"

namespace rootpool::host {
namespace {

constexpr SimTime enable_delay = 100ms; // Linux sriov_enable; PCIe base 9.3.3.3.1
constexpr SimTime disable_delay = 1s;

bool vf_space_assigned(const PciDevice& pf) {
    for (const PciResource& bar : pf.sriov.bars) {
        if (bar.size != 0 && !bar.assigned) {
            return false;
        }
    }
    return true;
}

/// The checks that Linux makes before it touches NumVFs.
bool may_enable(PciCore& core, const PciDevice& pf, PciFunction& function, std::uint16_t num_vfs) {
    if (pf.capability.sriov == 0 || pf.is_vf || num_vfs == 0 || num_vfs > pf.sriov.driver_max_vfs) {
        pci_log(core.log(), pf, "can't enable {} VFs (at most {})", num_vfs, pf.sriov.driver_max_vfs);
        return false;
    }
    if (pf.sriov.num_vfs != 0) {
        pci_log(core.log(), pf, "{} VFs already enabled. Disable before enabling {} VFs", pf.sriov.num_vfs, num_vfs);
        return false;
    }
    const std::uint16_t initial = function.read16(pf.capability.sriov + layout::sriov_initial_vfs);
    if (initial != pf.sriov.total_vfs) { // without VF migration they are equal (PCIe base 9.3.3.5)
        pci_log(core.log(), pf, "can't enable {} VFs (InitialVFs {}, TotalVFs {})", num_vfs, initial,
                pf.sriov.total_vfs);
        return false;
    }
    if (!vf_space_assigned(pf)) {
        pci_log(core.log(), pf, "not enough MMIO resources for SR-IOV");
        return false;
    }
    return true;
}

/// Offset and stride are read again: they may depend on NumVFs.
bool read_placement(PciCore& core, PciDevice& pf, PciFunction& function, std::uint16_t num_vfs) {
    const unsigned at = pf.capability.sriov;
    function.write16(at + layout::sriov_num_vfs, num_vfs);
    pf.sriov.first_vf_offset = function.read16(at + layout::sriov_first_vf_offset);
    pf.sriov.vf_stride = function.read16(at + layout::sriov_vf_stride);
    const std::uint64_t last = std::uint64_t{pf.bdf.routing_id()} + pf.sriov.first_vf_offset +
                               std::uint64_t{num_vfs - 1U} * pf.sriov.vf_stride;
    const unsigned first_bus = pf.parent != nullptr ? pf.parent->bridge.secondary : 0;
    const unsigned final_bus = pf.parent != nullptr ? pf.parent->bridge.subordinate : 255;
    if (pf.sriov.first_vf_offset == 0 || (num_vfs > 1 && pf.sriov.vf_stride == 0)) {
        pci_log(core.log(), pf, "can't enable {} VFs (offset {}, stride {})", num_vfs, pf.sriov.first_vf_offset,
                pf.sriov.vf_stride);
        return false;
    }
    if (last >> 8U > final_bus) {
        pci_log(core.log(), pf, "can't enable {} VFs (bus {:02x} out of range of [bus {:02x}-{:02x}])", num_vfs,
                last >> 8U, first_bus, final_bus);
        return false;
    }
    return true;
}

/// pci_iov_add_virtfn: identity from the PF, BARs by arithmetic; a VF's own registers for both read nothing.
std::unique_ptr<PciDevice> make_vf(PciCore& core, PciDevice& pf, std::uint16_t index, bool probe) {
    auto vf = std::make_unique<PciDevice>();
    vf->bdf = vf_routing_id(pf, index);
    vf->vendor = pf.vendor;
    vf->device = pf.sriov.vf_device_id;
    vf->class_code = pf.class_code;
    vf->revision = pf.revision;
    vf->is_vf = true;
    vf->vf_index = index;
    vf->port_type = PciePortType::endpoint;
    vf->max_payload_supported = 0; // the PF's setting counts (PCIe base 9.3.5.4)
    vf->physical_function = &pf;
    vf->parent = pf.parent;
    for (unsigned i = 0; i < vf->bars.size(); ++i) {
        const PciResource& all = pf.sriov.bars[i];
        if (all.size != 0) {
            vf->bars[i] = all;
            vf->bars[i].size = all.size / pf.sriov.total_vfs;
            vf->bars[i].address = all.address + index * vf->bars[i].size;
        }
    }
    pci_log(core.log(), *vf, "[{:04x}:{:04x}] type 00 class 0x{:06x}", vf->vendor, vf->device, vf->class_code);
    if (probe) {
        PciFunction function(core.config(), vf->bdf);
        vf->capability.express = function.find_capability(layout::capability_express);
        vf->capability.msix = function.find_capability(layout::capability_msix);
    }
    return vf;
}

} // namespace

pcie::Bdf vf_routing_id(const PciDevice& pf, std::uint16_t index) noexcept {
    return pcie::Bdf(static_cast<std::uint16_t>(pf.bdf.routing_id() + pf.sriov.first_vf_offset +
                                                index * unsigned{pf.sriov.vf_stride}));
}

bool sriov_enable(PciCore& core, PciDevice& pf, std::uint16_t num_vfs, bool probe_vfs) {
    PciFunction function(core.config(), pf.bdf);
    if (!may_enable(core, pf, function, num_vfs)) {
        return false;
    }
    if (!read_placement(core, pf, function, num_vfs)) {
        function.write16(pf.capability.sriov + layout::sriov_num_vfs, 0);
        return false;
    }
    function.modify16(pf.capability.sriov + layout::sriov_control, 0,
                      layout::sriov_control_vf_enable | layout::sriov_control_vf_memory);
    core.sleeper().sleep(enable_delay);
    pf.sriov.num_vfs = num_vfs;
    for (std::uint16_t i = 0; i < num_vfs; ++i) {
        pf.virtual_functions.push_back(make_vf(core, pf, i, probe_vfs));
    }
    return true;
}

void sriov_disable(PciCore& core, PciDevice& pf) {
    if (pf.sriov.num_vfs == 0) {
        return;
    }
    pf.virtual_functions.clear();
    pf.sriov.num_vfs = 0;
    PciFunction function(core.config(), pf.bdf);
    function.modify16(pf.capability.sriov + layout::sriov_control,
                      layout::sriov_control_vf_enable | layout::sriov_control_vf_memory, 0);
    core.sleeper().sleep(disable_delay);
    function.write16(pf.capability.sriov + layout::sriov_num_vfs, 0);
}

} // namespace rootpool::host
