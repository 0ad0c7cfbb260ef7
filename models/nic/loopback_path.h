#pragma once

#include <cstdint>

#include "models/nic/receive_engine.h"

namespace rootpool::models {

/// The way of frames from local pools to local pools (datasheet section 7.10.3): a number of bytes each cycle.
class LoopbackPath {
public:
    LoopbackPath(const NicContext& context, ReceiveEngine& receiver);

    /// A frame that is ready at `ready`, behind what was sent before.
    void send(const net::FramePtr& frame, std::uint64_t pools, SimTime ready);
    /// Frames on their way.
    [[nodiscard]] std::size_t frames() const noexcept { return looping_.size(); }

private:
    struct Looping {
        net::FramePtr frame;
        std::uint64_t pools = 0;
        SimTime at{};
    };
    void deliver_due();

    NicContext context_;
    ReceiveEngine& receiver_;
    core::RingQueue<Looping> looping_;
    SimTime free_at_{};
    Timer timer_;
};

} // namespace rootpool::models
