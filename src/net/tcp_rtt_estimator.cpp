#include "rootpool/net/tcp_rtt_estimator.h"

#include <algorithm>
#include <chrono>

namespace rootpool::net {

void RttEstimator::sample(SimTime rtt) noexcept {
    if (smoothed_ == SimTime{0}) {
        smoothed_ = rtt;
        variance_ = rtt / 2;
    } else {
        variance_ += (std::chrono::abs(smoothed_ - rtt) - variance_) / 4;
        smoothed_ += (rtt - smoothed_) / 8;
    }
    back_off_ = 1;
}

void RttEstimator::back_off() noexcept {
    if (rto() < maximum_) {
        back_off_ *= 2;
    }
}

SimTime RttEstimator::rto() const noexcept {
    const SimTime base = smoothed_ == SimTime{0} ? initial_ : smoothed_ + std::max(4 * variance_, minimum_);
    return std::min(base * back_off_, maximum_);
}

} // namespace rootpool::net
