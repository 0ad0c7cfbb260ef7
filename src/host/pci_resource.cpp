#include "rootpool/host/pci_resource.h"

#include <fmt/format.h>

namespace rootpool::host {

std::string to_string(const PciResource& resource) {
    const char* width = resource.is_64bit ? " 64bit" : "";
    const char* kind = resource.prefetchable ? " pref" : "";
    if (!resource.assigned) {
        return fmt::format("[mem size 0x{:08x}{}{}]", resource.size, width, kind);
    }
    return fmt::format("[mem 0x{:08x}-0x{:08x}{}{}]", resource.address, resource.last(), width, kind);
}

AddressAllocator::AddressAllocator(std::uint64_t base, std::uint64_t limit) noexcept
    : next_(base), limit_(limit), exhausted_(limit < base) {}

bool AddressAllocator::take(std::uint64_t size, std::uint64_t alignment, std::uint64_t& address) noexcept {
    if (exhausted_ || size == 0) {
        return false;
    }
    // every comparison is made by subtraction: sizes come from BARs, and 2^63 is a size that a device can ask for
    const std::uint64_t misalignment = next_ & (alignment - 1);
    const std::uint64_t padding = misalignment == 0 ? 0 : alignment - misalignment;
    const std::uint64_t room = limit_ - next_;
    if (padding > room || size - 1 > room - padding) {
        return false;
    }
    address = next_ + padding;
    const std::uint64_t last = address + (size - 1);
    exhausted_ = last == limit_;
    next_ = exhausted_ ? last : last + 1;
    return true;
}

} // namespace rootpool::host
