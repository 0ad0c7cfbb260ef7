#pragma once

#include <cstdint>

namespace rootpool::nic {

/// Cause, mask, auto-clear and auto-mask registers (datasheet section 7.3.1). A bit is an MSI-X vector of the function
/// or, for the PF's "other" causes, one of EICR 31:16.
///
/// A message is due when an event meets an enabled bit, or when a bit is enabled whose cause still stands: once per
/// event, not as long as the cause stands.
class InterruptCauses {
public:
    [[nodiscard]] std::uint64_t causes() const noexcept { return causes_; }
    [[nodiscard]] std::uint64_t enabled() const noexcept { return enabled_; }
    [[nodiscard]] std::uint64_t auto_clear() const noexcept { return auto_clear_; }
    [[nodiscard]] std::uint64_t auto_mask() const noexcept { return auto_mask_; }

    void raise(std::uint64_t bits) noexcept {
        causes_ |= bits;
        unreported_ |= bits;
    }
    void clear(std::uint64_t bits) noexcept {
        causes_ &= ~bits;
        unreported_ &= ~bits;
    }
    void enable(std::uint64_t bits) noexcept {
        enabled_ |= bits;
        unreported_ |= bits & causes_;
    }
    void disable(std::uint64_t bits) noexcept { enabled_ &= ~bits; }
    void set_auto_clear(std::uint64_t bits) noexcept { auto_clear_ = bits; }
    void set_auto_mask(std::uint64_t bits) noexcept { auto_mask_ = bits; }

    /// Bits for which a message is due.
    [[nodiscard]] std::uint64_t due() const noexcept { return unreported_ & enabled_; }
    /// The message for `bits` goes out. `auto_masks`: GPIE.EIAME.
    void note_message(std::uint64_t bits, bool auto_masks) noexcept {
        unreported_ &= ~bits;
        causes_ &= ~(auto_clear_ & bits);
        if (auto_masks) {
            enabled_ &= ~(auto_mask_ & bits);
        }
    }
    void reset() noexcept { *this = InterruptCauses(); }

private:
    std::uint64_t causes_ = 0;
    std::uint64_t unreported_ = 0;
    std::uint64_t enabled_ = 0;
    std::uint64_t auto_clear_ = 0;
    std::uint64_t auto_mask_ = 0;
};

} // namespace rootpool::nic
