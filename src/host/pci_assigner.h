#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "rootpool/host/enumeration.h"

namespace rootpool::host {

/// Gives addresses: sizes bridge windows bottom-up, then hands out from the top (Linux drivers/pci/setup-bus.c). Two
/// kinds of space: 32-bit memory, and 64-bit prefetchable as far as the host bridge and every bridge above can forward
/// it.
class PciAssigner {
public:
    using Bus = std::vector<std::unique_ptr<PciDevice>>;

    PciAssigner(ConfigAccess& access, KernelLog& log, const HostApertures& apertures,
                const HotplugReservation& reservation) noexcept;

    /// The whole hierarchy, from the host bridge's apertures.
    void assign_root_bus(Bus& functions);
    /// What was found below a bridge whose windows stand.
    void assign_below(PciDevice& bridge);

private:
    enum Space : std::uint8_t { memory, prefetchable };
    /// One thing that wants addresses: a BAR, the VF space of a PF, a bridge window.
    struct Request {
        PciDevice* device;
        PciResource* resource;
        std::uint64_t alignment;
        unsigned number; ///< as Linux numbers resources: 0-5 BARs, 7-12 VF BARs, 14 and 15 windows
    };
    using Requests = std::array<std::vector<Request>, 2>; ///< by Space
    using Allocators = std::array<AddressAllocator, 2>;   ///< by Space
    struct Extent {
        std::uint64_t size = 0;
        std::uint64_t alignment = 1;
    };

    void size_bridge(PciDevice& bridge, bool wide_above);
    [[nodiscard]] Requests collect(Bus& functions, bool wide);
    [[nodiscard]] static Extent extent_of(const std::vector<Request>& requests) noexcept;
    /// Refuses the largest requests until the rest fits.
    [[nodiscard]] Extent fit(std::vector<Request>& requests, std::uint64_t available);
    void refuse(const Request& request);
    void assign_inside(PciDevice& bridge, bool wide);
    void assign_bus(Bus& functions, Allocators allocators, bool wide);
    void assign(const Request& request, AddressAllocator& from);
    void write_bar(const Request& request);
    void setup_bridge(PciDevice& bridge);

    ConfigAccess& access_;
    KernelLog& log_;
    HostApertures apertures_;
    HotplugReservation reservation_;
    std::array<std::uint64_t, 2> available_; ///< by Space
};

} // namespace rootpool::host
