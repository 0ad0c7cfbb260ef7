#pragma once

#include <cstdint>
#include <vector>

#include "rootpool/host/enumeration.h"

namespace rootpool::host {

/// pci_enable_sriov: NumVFs, VF Enable and VF MSE, 100 ms, then the VFs as devices of the PF (`pf.virtual_functions`).
/// With `probe_vfs` off they exist for the kernel but nobody looks into them (sriov_drivers_autoprobe = 0), which is
/// how a master lends them. Refused, with a kernel-log line, when num_vfs is 0 or above the limit, the registers
/// disagree (InitialVFs, offset, stride), buses are missing or VF BARs have no address. Source: Linux
/// drivers/pci/iov.c; PCIe base r6.3 chapter 9.
[[nodiscard]] bool sriov_enable(PciCore& core, PciDevice& pf, std::uint16_t num_vfs, bool probe_vfs);
/// pci_disable_sriov: VF Enable and VF MSE off, 1 s, NumVFs 0; the VF devices go.
void sriov_disable(PciCore& core, PciDevice& pf);

/// Routing ID of the VF with this index (from 0): RID(PF) + First VF Offset + index * VF Stride, carry into the bus
/// number.
[[nodiscard]] pcie::Bdf vf_routing_id(const PciDevice& pf, std::uint16_t index) noexcept;

} // namespace rootpool::host
