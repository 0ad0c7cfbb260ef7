#include "models/nic/transmit_arbiter.h"

#include <algorithm>
#include <bit>

#include "models/net/mac_timing.h"

namespace rootpool::models {

void TransmitArbiter::set_ready(unsigned queue, bool ready) noexcept {
    const std::uint64_t bit = std::uint64_t{1} << queue % 64;
    ready_[queue / 64] = ready ? ready_[queue / 64] | bit : ready_[queue / 64] & ~bit;
}

void TransmitArbiter::stop(unsigned queue) noexcept {
    set_ready(queue, false);
    eligible_at_[queue] = {};
}

TransmitArbiter::Turn TransmitArbiter::next() noexcept {
    Turn turn;
    for (unsigned step = 1; step <= nic::queue_count; ++step) {
        unsigned queue = (last_ + step) % nic::queue_count;
        const std::uint64_t word = ready_[queue / 64] >> queue % 64;
        if (word == 0) {
            step += 63 - queue % 64; // nothing more in this word
            continue;
        }
        const auto skip = static_cast<unsigned>(std::countr_zero(word));
        step += skip;
        queue += skip;
        if (step > nic::queue_count) {
            break;
        }
        if (!device_.queue_transmits(queue) || !device_.dma_allowed(device_.owner_of(queue))) {
            continue;
        }
        if (eligible_at_[queue] <= now()) {
            last_ = queue;
            return {queue, now()};
        }
        turn.at = std::min(turn.at, eligible_at_[queue]);
    }
    return turn;
}

/// The queue may go on when a link of its own rate would have sent the frame.
void TransmitArbiter::charge(unsigned queue, std::size_t bytes) noexcept {
    const std::uint32_t factor = device_.rate_factor(queue);
    if (factor != 0) {
        const SimTime at_own_rate{mac::wire_time(bytes).count() * factor >> nic::Device::rate_fraction_bits};
        eligible_at_[queue] = std::max(eligible_at_[queue], now()) + at_own_rate;
    }
}

} // namespace rootpool::models
