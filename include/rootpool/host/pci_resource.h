#pragma once

#include <cstdint>
#include <string>

namespace rootpool::host {

/// A region of memory address space that a BAR or a bridge window asks for. `address` counts only when `assigned`.
struct PciResource {
    std::uint64_t address = 0;
    std::uint64_t size = 0; ///< 0: not implemented
    bool is_64bit = false;
    bool prefetchable = false;
    bool assigned = false;
    bool refused = false; ///< there was no room for it

    [[nodiscard]] std::uint64_t last() const noexcept { return address + size - 1; }
};

/// "[mem 0xf0000000-0xf00fffff 64bit pref]", or "[mem size 0x00100000 64bit pref]" while it has no address: the
/// kernel's %pR.
[[nodiscard]] std::string to_string(const PciResource& resource);

/// What the host bridge decodes and forwards to PCI Express; a limit below its base means that there is no such
/// aperture.
struct HostApertures {
    std::uint64_t mem32_base = 0x8000'0000;
    std::uint64_t mem32_limit = 0xDFFF'FFFF;
    std::uint64_t mem64_base = 0x8'0000'0000;
    std::uint64_t mem64_limit = 0xF'FFFF'FFFF;
};

/// Hands out naturally aligned pieces of one aperture or bridge window, lowest address first. Never gives back: what
/// was handed out below a slot is freed as a whole when the slot is emptied.
class AddressAllocator {
public:
    AddressAllocator() = default;
    /// Inclusive bounds; empty when `limit` < `base`.
    AddressAllocator(std::uint64_t base, std::uint64_t limit) noexcept;

    /// Takes `size` bytes at a multiple of `alignment` (a power of two). False when there is no room.
    [[nodiscard]] bool take(std::uint64_t size, std::uint64_t alignment, std::uint64_t& address) noexcept;
    [[nodiscard]] bool empty() const noexcept { return exhausted_; }

private:
    std::uint64_t next_ = 0;
    std::uint64_t limit_ = 0;
    bool exhausted_ = true;
};

} // namespace rootpool::host
