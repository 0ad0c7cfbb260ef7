#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rootpool/core/bytes.h"
#include "rootpool/pcie/tlp_header.h"
#include "rootpool/pooling/bar_tables.h"
#include "rootpool/pooling/device_profile.h"

namespace rootpool::pooling {

/// Address and data of an interrupt message in the slave's own domain.
struct InterruptMessage {
    std::uint64_t address = 0;
    std::uint32_t data = 0;
    friend bool operator==(const InterruptMessage&, const InterruptMessage&) = default;
};

/// What a memory request of a lent VF is to the interrupt route.
struct InterruptHit {
    bool in_window = false;                  ///< aimed at the addresses reserved for interrupts: never DMA
    std::optional<InterruptMessage> message; ///< set when it is an interrupt of this VF
};

/// How the interrupt messages of lent VFs get the address and data that their slaves chose.
class InterruptRoute {
public:
    virtual ~InterruptRoute() = default;

    /// Whether a memory request of a slave for `bytes` bytes from `hit` on touches the VF's MSI-X table, and write() or
    /// read() has to see it.
    [[nodiscard]] virtual bool intercepts(const BarHit& hit, unsigned bytes) const noexcept = 0;
    /// A slave's write passes. `data` is a copy of its payload, to become what the device gets; `header` gets the byte
    /// enables for that.
    virtual void write(const BarHit& hit, pcie::TlpHeader& header, core::MutableByteView data) noexcept = 0;
    /// A completion of a slave's read passes: `data`, which stands from byte `offset` of the table's BAR on, becomes
    /// what the slave gets. Whole dwords.
    virtual void read(pcie::VfIndex vf, std::uint64_t offset, core::MutableByteView data) const noexcept = 0;
    /// Looks up a memory request of a lent VF.
    [[nodiscard]] virtual InterruptHit find(pcie::VfIndex vf, const pcie::TlpHeader& header,
                                            core::ByteView data) const noexcept = 0;
    /// The VF was reset, or taken from its slave.
    virtual void clear(pcie::VfIndex vf) noexcept = 0;
    /// Memory that the hardware needs for this.
    [[nodiscard]] virtual std::size_t table_bytes() const noexcept = 0;
};

/// Where a translated message is aimed at between device and engine, a dword in a page of its own: where processors of
/// the x86 family listen for interrupts (Intel SDM volume 3, 10.11), so that no root has memory for DMA there. Below
/// 4 GB, since the upper half is then right before it is written.
inline constexpr std::uint64_t interrupt_window_base = 0xFEEF'F000;
inline constexpr std::uint64_t interrupt_window_bytes = 0x1000;

/// Names: "direct" (the VF's MSI-X table holds the slave's own address and data, its messages are routed by RID alone)
/// and "translate" (the paper: the engine holds them, the device a message number).
[[nodiscard]] std::vector<std::string_view> interrupt_route_names();
/// Throws std::invalid_argument for a name that interrupt_route_names() does not list, and for a profile whose MSI-X
/// table cannot be: no BAR of that number, offset no multiple of 8, not 1 to 2048 vectors (PCIe base 7.7.2).
[[nodiscard]] std::unique_ptr<InterruptRoute> make_interrupt_route(std::string_view name, const DeviceProfile& profile);

} // namespace rootpool::pooling
