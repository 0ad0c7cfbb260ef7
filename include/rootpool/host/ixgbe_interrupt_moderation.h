#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "rootpool/core/time.h"
#include "rootpool/host/ixgbe_environment.h"

namespace rootpool::host {

/// Packets and bytes that one ring of a vector handled since its throttling was last judged.
struct IxgbeRingWork {
    unsigned packets = 0;
    unsigned bytes = 0;
};

/// Decides the EITR interval of one vector from the work done, at the end of every polling. Intervals are in EITR
/// units: microseconds times 4 (bits 11:3 count 2 us).
class IxgbeInterruptModeration {
public:
    IxgbeInterruptModeration() = default;
    IxgbeInterruptModeration(const IxgbeInterruptModeration&) = delete;
    IxgbeInterruptModeration& operator=(const IxgbeInterruptModeration&) = delete;
    virtual ~IxgbeInterruptModeration() = default;

    void add_received(unsigned packets, unsigned bytes) noexcept;
    void add_transmitted(unsigned packets, unsigned bytes) noexcept;

    /// The value for EITR at start.
    [[nodiscard]] std::uint32_t register_value() const noexcept;
    /// The new value for EITR when the interval changed.
    [[nodiscard]] std::optional<std::uint32_t> update(SimTime now);
    [[nodiscard]] std::uint32_t interval_us() const noexcept { return interval_ >> 2U; }

protected:
    explicit IxgbeInterruptModeration(std::uint32_t interval) noexcept : interval_(interval) {}
    [[nodiscard]] std::uint32_t interval() const noexcept { return interval_; }
    [[nodiscard]] IxgbeRingWork& received() noexcept { return received_; }
    [[nodiscard]] IxgbeRingWork& transmitted() noexcept { return transmitted_; }

private:
    [[nodiscard]] virtual std::uint32_t next_interval(SimTime now) = 0;

    std::uint32_t interval_ = 0;
    IxgbeRingWork received_;
    IxgbeRingWork transmitted_;
};

/// Bulk target of the class algorithm in microseconds: ixgbevf and ixgbe since Linux 4.x 84 (12,000 per second), ixgbe
/// of 2.6.32 125 (8,000 per second).
[[nodiscard]] std::unique_ptr<IxgbeInterruptModeration> make_interrupt_moderation(const IxgbeSettings& settings);

} // namespace rootpool::host
