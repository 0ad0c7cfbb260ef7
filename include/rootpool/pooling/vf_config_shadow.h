#pragma once

#include <array>
#include <cstdint>

#include "rootpool/pooling/device_profile.h"
#include "rootpool/pooling/master_snoop.h"

namespace rootpool::pooling {

/// Place of a VF in the slot that it was given to.
struct SlotFunction {
    std::uint8_t function = 0;      ///< 0..7, or 0..255 with ARI
    std::uint8_t next_function = 0; ///< ARI's chain; 0 ends it
};

/// The part of one configuration dword that the engine keeps itself: bits that are 1 in `mask` come from `value`, the
/// others from the device. All bits: the device is not asked.
struct Overlay {
    std::uint32_t mask = 0;
    std::uint32_t value = 0;

    [[nodiscard]] bool answers_alone() const noexcept { return mask == 0xFFFF'FFFFU; }
    [[nodiscard]] std::uint32_t apply(std::uint32_t from_device) const noexcept {
        return (from_device & ~mask) | (value & mask);
    }
};

/// What becomes of a configuration write.
struct ShadowWrite {
    bool forward = false; ///< the device gets `value`
    std::uint32_t value = 0;
    bool address_decode_changed = false; ///< BARs or memory enable: the address CAMs must follow
    bool function_reset = false;         ///< all that the VF was told is gone
};

/// What makes a VF an ordinary function for a slave's operating system (SR-IOV 3.4: a VF has no IDs, no BARs, no memory
/// enable of its own).
///
/// Kept here: vendor and device ID, multi-function bit, BARs, memory space enable, INTx, ROM, and the MPS and MRRS
/// fields that the PF owns. ARI is hidden, or shows the next-function chain. All else is the real VF's, errata included
/// (82599 specification update 35).
class VfConfigShadow {
public:
    /// `profile` and `snoop` outlive the shadow.
    VfConfigShadow(const DeviceProfile& profile, const MasterSnoop& snoop, bool ari) noexcept
        : profile_(&profile), snoop_(&snoop), ari_(ari) {}

    void place(SlotFunction slot) noexcept { slot_ = slot; }
    /// After function level reset or assignment: BARs and memory enable are 0.
    void reset() noexcept;

    [[nodiscard]] Overlay overlay(std::uint16_t offset) const noexcept;
    ShadowWrite write(std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables) noexcept;

    [[nodiscard]] bool memory_enable() const noexcept { return (command_ & 2U) != 0; }
    [[nodiscard]] std::uint64_t bar_base(unsigned bar) const noexcept;

private:
    [[nodiscard]] std::uint32_t bar_register(unsigned index) const noexcept;
    [[nodiscard]] bool is_upper_half(unsigned index) const noexcept;

    const DeviceProfile* profile_;
    const MasterSnoop* snoop_;
    bool ari_;
    SlotFunction slot_;
    std::uint16_t command_ = 0;
    std::uint8_t interrupt_line_ = 0;
    std::array<std::uint32_t, bar_count> bars_{};
};

} // namespace rootpool::pooling
