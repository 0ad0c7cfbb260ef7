#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "models/core/scheduler.h"
#include "rootpool/nic/device.h"

namespace rootpool::models {

/// Which transmit queue is next: round robin among those that have a packet, none faster than its own rate (RTTBCNRC).
class TransmitArbiter {
public:
    struct Turn {
        std::optional<unsigned> queue;
        SimTime at = core::never; ///< if no queue may send now: when the first one may, as far as it is known
    };

    explicit TransmitArbiter(nic::Device& device) noexcept : device_(device) {}

    void set_ready(unsigned queue, bool ready) noexcept;
    void stop(unsigned queue) noexcept;
    /// The next ready queue after the last one that may send now. Its turn is used up.
    [[nodiscard]] Turn next() noexcept;
    /// The queue sends a frame of `bytes` bytes.
    void charge(unsigned queue, std::size_t bytes) noexcept;

private:
    nic::Device& device_;
    std::array<std::uint64_t, nic::queue_count / 64> ready_{}; ///< queues with a packet in their cache
    std::array<SimTime, nic::queue_count> eligible_at_{};      ///< rate limit
    unsigned last_ = 0;
};

} // namespace rootpool::models
