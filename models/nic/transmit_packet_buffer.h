#pragma once

#include <cstdint>

#include "models/core/scheduler.h"
#include "rootpool/core/ring_queue.h"

namespace rootpool::models {

/// How much of the transmit packet buffer is in use: frames in the making, and those that have not left the MAC.
class TransmitPacketBuffer {
public:
    explicit TransmitPacketBuffer(std::uint64_t bytes) noexcept : bytes_(bytes) {}

    void take(std::uint32_t bytes) noexcept { used_ += bytes; }
    void give_back(std::uint32_t bytes) noexcept { used_ -= bytes; }
    /// For a frame whose last bit leaves at `end`, not before that of the frame before it.
    void take_until(SimTime end, std::uint32_t bytes) {
        used_ += bytes;
        leaving_.push({end, bytes});
    }
    /// Room for `bytes` more, now.
    [[nodiscard]] bool has_room(std::uint32_t bytes) {
        while (!leaving_.empty() && leaving_.front().at <= now()) {
            used_ -= leaving_.pop().bytes;
        }
        return used_ + bytes <= bytes_;
    }
    /// When the next frame leaves; core::never: none is on or before the wire.
    [[nodiscard]] SimTime next_departure() { return leaving_.empty() ? core::never : leaving_.front().at; }

private:
    struct Leaving {
        SimTime at{};
        std::uint32_t bytes = 0;
    };
    std::uint64_t bytes_;
    std::uint64_t used_ = 0;
    core::RingQueue<Leaving> leaving_; ///< what is on or before the wire
};

} // namespace rootpool::models
