#pragma once

#include <array>
#include <cstdint>

#include "rootpool/host/ixgbe_registers.h"
#include "rootpool/host/net_device.h"

namespace rootpool::host {

/// The PF driver's use of the receive address registers, their pool maps and the multicast table. RAR 0 is the PF's; a
/// VF's address takes RAR 127 - vf (Linux fills from the end; fixed places keep a re-registration from leaking
/// entries).
class IxgbeFilters {
public:
    explicit IxgbeFilters(IxgbeRegisters& registers) noexcept : registers_(registers) {}

    /// Invalidates all receive addresses, pool maps, multicast and unicast hash bits.
    void clear_all();
    void set_pf_address(const MacAddress& mac, unsigned pool);
    void set_vf_address(unsigned vf, const MacAddress& mac);
    void clear_vf_address(unsigned vf);
    /// Sets one bit of the 4096-bit multicast table.
    void add_multicast_hash(std::uint16_t hash);

private:
    void write_address(unsigned index, const MacAddress& mac, unsigned pool);
    void clear_address(unsigned index);

    IxgbeRegisters& registers_;
    std::array<std::uint32_t, 128> multicast_table_{}; ///< the driver's copy: the table is written, never read back
};

} // namespace rootpool::host
