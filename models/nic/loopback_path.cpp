#include "models/nic/loopback_path.h"

#include <algorithm>

namespace rootpool::models {

LoopbackPath::LoopbackPath(const NicContext& context, ReceiveEngine& receiver)
    : context_(context), receiver_(receiver),
      timer_(context.scheduler, Timer::Callback::to<&LoopbackPath::deliver_due>(*this)) {}

void LoopbackPath::send(const net::FramePtr& frame, std::uint64_t pools, SimTime ready) {
    const unsigned per_cycle = context_.config.loopback_bytes_per_cycle;
    const auto cycles = static_cast<unsigned>((frame->bytes.size() + per_cycle - 1) / per_cycle);
    free_at_ = context_.after(std::max(ready, free_at_), cycles);
    ++context_.counters.frames_looped_back;
    looping_.push({frame, pools, free_at_});
    if (looping_.size() == 1) {
        timer_.arm(free_at_);
    }
}

void LoopbackPath::deliver_due() {
    while (!looping_.empty() && looping_.front().at <= now()) {
        Looping next = looping_.pop();
        receiver_.receive_loopback(std::move(next.frame), next.pools);
    }
    if (!looping_.empty()) {
        timer_.arm(looping_.front().at);
    }
}

} // namespace rootpool::models
