#pragma once

#include "rootpool/core/time.h"
#include "rootpool/net/tcp_parameters.h"

namespace rootpool::net {

/// Smoothed round-trip time and retransmission time-out (RFC 6298; the minimum is, as in Linux, one of the variance
/// term, so that RTO = SRTT + max(4 RTTVAR, 200 ms)).
class RttEstimator {
public:
    explicit RttEstimator(const TcpParameters& parameters) noexcept
        : initial_(parameters.rto_initial), minimum_(parameters.rto_minimum), maximum_(parameters.rto_maximum) {}

    void sample(SimTime rtt) noexcept;
    /// Doubles the time-out (RFC 6298 5.5) until the next sample or reset.
    void back_off() noexcept;
    void reset_back_off() noexcept { back_off_ = 1; }

    [[nodiscard]] SimTime rto() const noexcept;
    /// 0 before the first sample.
    [[nodiscard]] SimTime smoothed() const noexcept { return smoothed_; }

private:
    SimTime initial_;
    SimTime minimum_;
    SimTime maximum_;
    SimTime smoothed_{0};
    SimTime variance_{0};
    std::int64_t back_off_ = 1;
};

} // namespace rootpool::net
