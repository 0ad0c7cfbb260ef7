#include "rootpool/host/network_stack_transmit_slots.h"

#include <numeric>

namespace rootpool::host {

namespace {
constexpr std::uint32_t region_bytes = 1U
                                       << 20U; ///< aligned to its size, so that it lies within one chunk of host memory
}

TransmitSlots::Region TransmitSlots::make_region(HostMemory& memory, DmaAllocator& allocator,
                                                 std::uint32_t slot_bytes) {
    Region region;
    region.address = allocator.allocate(region_bytes, region_bytes);
    region.bytes = memory.view(region.address, region_bytes);
    region.slot_bytes = slot_bytes;
    region.count = region_bytes / slot_bytes;
    region.free.resize(region.count);
    std::iota(region.free.rbegin(), region.free.rend(), 0U);
    return region;
}

TransmitSlots::TransmitSlots(HostMemory& memory, DmaAllocator& allocator)
    : headers_(make_region(memory, allocator, header_bytes)), packets_(make_region(memory, allocator, packet_bytes)),
      entries_(headers_.count + packets_.count) {}

std::optional<TransmitSlots::Slot> TransmitSlots::take(Region& region, std::uint32_t first_entry) {
    if (region.free.empty()) {
        return std::nullopt;
    }
    const std::uint32_t slot = region.free.back();
    region.free.pop_back();
    Entry& entry = entries_[first_entry + slot];
    entry.in_use = true;
    entry.owner = {};
    ++entry.generation;
    const std::uint64_t offset = std::uint64_t{slot} * region.slot_bytes;
    return Slot{std::uint64_t{entry.generation} << 32U | (first_entry + slot), region.address + offset,
                region.bytes.subspan(offset, region.slot_bytes)};
}

std::optional<TransmitOwner> TransmitSlots::release(std::uint64_t cookie) noexcept {
    const std::uint32_t number = index(cookie);
    if (number >= entries_.size() || !entries_[number].in_use || entries_[number].generation != cookie >> 32U) {
        return std::nullopt;
    }
    entries_[number].in_use = false;
    if (number < headers_.count) {
        headers_.free.push_back(number);
    } else {
        packets_.free.push_back(number - headers_.count);
    }
    return entries_[number].owner;
}

core::MutableByteView TransmitSlots::bytes(std::uint64_t cookie) noexcept {
    const std::uint32_t number = index(cookie);
    Region& region = number < headers_.count ? headers_ : packets_;
    const std::uint64_t slot = number < headers_.count ? number : number - headers_.count;
    return region.bytes.subspan(slot * region.slot_bytes, region.slot_bytes);
}

std::vector<std::uint64_t> TransmitSlots::of_interface(InterfaceId interface) const {
    std::vector<std::uint64_t> cookies;
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
        if (entries_[i].in_use && entries_[i].owner.interface == interface) {
            cookies.push_back(std::uint64_t{entries_[i].generation} << 32U | i);
        }
    }
    return cookies;
}

} // namespace rootpool::host
