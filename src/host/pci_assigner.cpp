#include "host/pci_assigner.h"

#include <algorithm>

#include "host/pci_layout.h"
#include "host/pci_log.h"
#include "rootpool/host/pci_function.h"

namespace rootpool::host {
namespace {

constexpr std::uint64_t window_granule = 1U << 20U; // PCIe base 7.5.1.3.8
constexpr unsigned first_vf_bar = 7;
constexpr unsigned memory_window = 14;
constexpr unsigned prefetchable_window = 15;

constexpr std::uint64_t align_up(std::uint64_t value, std::uint64_t alignment) noexcept {
    return (value + alignment - 1) & ~(alignment - 1);
}
/// Bytes between inclusive bounds; the whole 64-bit space counts as one byte less.
constexpr std::uint64_t span(std::uint64_t base, std::uint64_t limit) noexcept {
    return limit < base ? 0 : std::min(limit - base, ~std::uint64_t{0} - 1) + 1;
}
/// Windows are granted in powers of two at most as large as what they hold: alignment of the largest piece.
std::uint64_t window_alignment(const PciResource& window, std::uint64_t inner) noexcept {
    return window.size == 0 ? 1 : std::max(inner, window_granule);
}

} // namespace

PciAssigner::PciAssigner(ConfigAccess& access, KernelLog& log, const HostApertures& apertures,
                         const HotplugReservation& reservation) noexcept
    : access_(access), log_(log), apertures_(apertures),
      reservation_(reservation), available_{span(apertures.mem32_base, apertures.mem32_limit),
                                            span(apertures.mem64_base, apertures.mem64_limit)} {}

void PciAssigner::assign_root_bus(Bus& functions) {
    const bool wide = available_[prefetchable] != 0;
    for (const auto& function : functions) {
        if (function->is_bridge()) {
            size_bridge(*function, wide);
        }
    }
    Requests requests = collect(functions, wide);
    for (const Space space : {memory, prefetchable}) {
        (void)fit(requests[space], available_[space]);
    }
    assign_bus(functions,
               {AddressAllocator(apertures_.mem32_base, apertures_.mem32_limit),
                AddressAllocator(apertures_.mem64_base, apertures_.mem64_limit)},
               wide);
}

void PciAssigner::assign_below(PciDevice& bridge) {
    bool wide = available_[prefetchable] != 0;
    for (const PciDevice* above = &bridge; above != nullptr; above = above->parent) {
        wide = wide && above->bridge.has_64bit_window;
    }
    for (const auto& function : bridge.children) {
        if (function->is_bridge()) {
            size_bridge(*function, wide);
        }
    }
    assign_inside(bridge, wide);
}

void PciAssigner::assign_inside(PciDevice& bridge, bool wide) {
    const auto allocator = [](const PciResource& window) {
        return window.assigned ? AddressAllocator(window.address, window.last()) : AddressAllocator();
    };
    assign_bus(bridge.children, {allocator(bridge.bridge.memory), allocator(bridge.bridge.prefetchable)}, wide);
}

void PciAssigner::size_bridge(PciDevice& bridge, bool wide_above) {
    const bool wide = wide_above && bridge.bridge.has_64bit_window;
    for (const auto& function : bridge.children) {
        if (function->is_bridge()) {
            size_bridge(*function, wide);
        }
    }
    Requests requests = collect(bridge.children, wide);
    const std::array<std::uint64_t, 2> reserved{wide ? reservation_.memory
                                                     : reservation_.memory + reservation_.prefetchable,
                                                wide ? reservation_.prefetchable : 0};
    const std::array<PciResource*, 2> windows{&bridge.bridge.memory, &bridge.bridge.prefetchable};
    for (const Space space : {memory, prefetchable}) {
        const Extent inside = fit(requests[space], available_[space]);
        const std::uint64_t least = bridge.bridge.is_hotplug ? reserved[space] : 0;
        *windows[space] = {.size = align_up(std::max(inside.size, least), window_granule),
                           .is_64bit = space == prefetchable,
                           .prefetchable = space == prefetchable};
        bridge.bridge.window_alignment[space] = window_alignment(*windows[space], inside.alignment);
    }
}

PciAssigner::Requests PciAssigner::collect(Bus& functions, bool wide) {
    Requests requests;
    const auto add = [&](PciDevice& device, PciResource& resource, std::uint64_t alignment, unsigned number) {
        if (resource.size != 0 && !resource.refused) {
            const Space space = wide && resource.prefetchable && resource.is_64bit ? prefetchable : memory;
            requests[space].push_back({&device, &resource, alignment, number});
        }
    };
    for (const auto& device : functions) {
        for (unsigned i = 0; i < device->bars.size(); ++i) {
            add(*device, device->bars[i], device->bars[i].size, i);
        }
        if (device->capability.sriov != 0) {
            for (unsigned i = 0; i < device->sriov.bars.size(); ++i) {
                PciResource& bar = device->sriov.bars[i];
                add(*device, bar, bar.size / device->sriov.total_vfs, first_vf_bar + i); // aligned to one VF's part
            }
        }
        if (device->is_bridge()) {
            add(*device, device->bridge.memory, device->bridge.window_alignment[memory], memory_window);
            add(*device, device->bridge.prefetchable, device->bridge.window_alignment[prefetchable],
                prefetchable_window);
        }
    }
    for (auto& list : requests) {
        std::stable_sort(list.begin(), list.end(),
                         [](const Request& a, const Request& b) { return a.alignment > b.alignment; });
    }
    return requests;
}

PciAssigner::Extent PciAssigner::extent_of(const std::vector<Request>& requests) noexcept {
    Extent extent;
    for (const Request& request : requests) {
        extent.alignment = std::max(extent.alignment, request.alignment);
        extent.size = align_up(extent.size, request.alignment) + request.resource->size;
    }
    return extent;
}

PciAssigner::Extent PciAssigner::fit(std::vector<Request>& requests, std::uint64_t available) {
    // First what could never fit, so that the sum below cannot overflow: at most 2^13 requests of at most the aperture
    // on one bus.
    constexpr std::uint64_t safe_size = std::uint64_t{1} << 48U;
    const std::uint64_t largest = std::min(available, safe_size);
    const auto too_large = [largest](const Request& request) { return request.resource->size > largest; };
    std::for_each(requests.begin(), requests.end(), [&](const Request& request) {
        if (too_large(request)) {
            refuse(request);
        }
    });
    std::erase_if(requests, [](const Request& request) { return request.resource->refused; });
    Extent extent = extent_of(requests);
    while (extent.size > available) {
        const auto victim = std::max_element(requests.begin(), requests.end(), [](const Request& a, const Request& b) {
            return a.resource->size < b.resource->size;
        });
        refuse(*victim);
        requests.erase(victim);
        extent = extent_of(requests);
    }
    return extent;
}

void PciAssigner::refuse(const Request& request) {
    pci_log(log_, *request.device, "BAR {}: no space for {}", request.number, to_string(*request.resource));
    pci_log(log_, *request.device, "BAR {}: failed to assign {}", request.number, to_string(*request.resource));
    request.resource->refused = true;
}

void PciAssigner::assign_bus(Bus& functions, Allocators allocators, bool wide) {
    const Requests requests = collect(functions, wide);
    for (const Space space : {prefetchable, memory}) {
        for (const Request& request : requests[space]) {
            assign(request, allocators[space]);
        }
    }
    for (const auto& function : functions) {
        if (function->is_bridge()) {
            assign_inside(*function, wide && function->bridge.has_64bit_window);
            setup_bridge(*function);
        }
    }
}

void PciAssigner::assign(const Request& request, AddressAllocator& from) {
    std::uint64_t address = 0;
    if (!from.take(request.resource->size, request.alignment, address)) {
        refuse(request);
        return;
    }
    request.resource->address = address;
    request.resource->assigned = true;
    pci_log(log_, *request.device, "BAR {}: assigned {}", request.number, to_string(*request.resource));
    if (request.number < memory_window) {
        write_bar(request);
    }
}

void PciAssigner::write_bar(const Request& request) {
    PciFunction function(access_, request.device->bdf);
    const unsigned offset = request.number < first_vf_bar ? layout::first_bar + 4 * request.number
                                                          : request.device->capability.sriov + layout::sriov_first_bar +
                                                                4 * (request.number - first_vf_bar);
    function.write32(offset, static_cast<std::uint32_t>(request.resource->address));
    if (request.resource->is_64bit) {
        function.write32(offset + 4, static_cast<std::uint32_t>(request.resource->address >> 32U));
    }
}

/// Writes the windows (closed ones with base above limit) and lets the bridge forward in both directions.
void PciAssigner::setup_bridge(PciDevice& bridge) {
    const BridgeState& state = bridge.bridge;
    const auto range = [](const PciResource& window) -> std::uint32_t {
        if (!window.assigned) {
            return 0x0000'FFF0;
        }
        return static_cast<std::uint32_t>((window.address >> 16U & 0xFFF0) | (window.last() & 0xFFF0'0000));
    };
    const auto upper = [](std::uint64_t address) { return static_cast<std::uint32_t>(address >> 32U); };
    const bool open = state.prefetchable.assigned;
    PciFunction function(access_, bridge.bdf);

    pci_log(log_, bridge, "PCI bridge to [bus {:02x}{}]", state.secondary,
            state.subordinate == state.secondary ? std::string() : fmt::format("-{:02x}", state.subordinate));
    function.write16(layout::io_base, 0x00F0); // closed: I/O BARs are not assigned
    function.write32(layout::memory_base, range(state.memory));
    // The upper halves are set so that the window is never open by accident: closed, then upper, then lower (Linux).
    function.write32(layout::prefetchable_limit_upper, 0);
    function.write32(layout::prefetchable_base, range(state.prefetchable));
    function.write32(layout::prefetchable_base_upper, open ? upper(state.prefetchable.address) : 0);
    function.write32(layout::prefetchable_limit_upper, open ? upper(state.prefetchable.last()) : 0);
    for (const PciResource* window : {&state.memory, &state.prefetchable}) {
        if (window->assigned) {
            pci_log(log_, bridge, "  bridge window {}", to_string(*window));
        }
    }
    function.modify16(layout::command, 0, layout::command_memory | layout::command_master);
}

} // namespace rootpool::host
