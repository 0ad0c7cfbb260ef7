#include "rootpool/net/tcp_congestion_control.h"

#include <algorithm>

namespace rootpool::net {

namespace {

constexpr std::uint32_t slow_start_limit = 2; ///< segments per ACK (RFC 3465 2.2, L)
constexpr std::uint32_t tso_window_divisor = 3;
constexpr std::uint32_t tso_maximum = 65'536;
constexpr std::uint32_t maximum_burst = 3;
constexpr std::uint32_t least_threshold = 2;

[[nodiscard]] bool limits_sender(std::uint32_t window, std::uint32_t in_flight, std::uint32_t mss) noexcept {
    if (in_flight >= window) {
        return true;
    }
    const std::uint32_t left = window - in_flight;
    return left <= maximum_burst || (left * tso_window_divisor < window && left * mss < tso_maximum);
}

} // namespace

void CongestionControl::on_ack(std::uint32_t acked, std::uint32_t in_flight, std::uint32_t mss) noexcept {
    if (!limits_sender(window_, in_flight, mss)) {
        return;
    }
    if (window_ < threshold_) {
        window_ += std::min({acked, slow_start_limit, threshold_ - window_});
        return;
    }
    credit_ += acked;
    while (credit_ >= window_) {
        credit_ -= window_;
        ++window_;
    }
}

void CongestionControl::halve(std::uint32_t in_flight) noexcept {
    threshold_ = std::max(in_flight / 2, least_threshold);
    credit_ = 0;
}

void CongestionControl::enter_recovery(std::uint32_t in_flight) noexcept {
    halve(in_flight);
    window_ = threshold_ + 3;
    in_recovery_ = true;
}

void CongestionControl::on_partial_ack(std::uint32_t acked) noexcept {
    window_ -= std::min(window_, acked); // deflated by what is acknowledged, and one for the retransmission
    ++window_;
}

void CongestionControl::leave_recovery(std::uint32_t in_flight) noexcept {
    window_ = std::min(threshold_, std::max(in_flight, std::uint32_t{1}) + 1);
    in_recovery_ = false;
}

void CongestionControl::on_timeout(std::uint32_t in_flight) noexcept {
    halve(in_flight);
    window_ = 1;
    in_recovery_ = false;
}

void CongestionControl::restart(SimTime idle, SimTime rto) noexcept {
    threshold_ = std::max(threshold_, window_ * 3 / 4);
    const std::uint32_t least = std::min(initial_, window_);
    for (; idle > rto && window_ > least; idle -= rto) {
        window_ /= 2;
    }
    window_ = std::max(window_, least);
    credit_ = 0;
}

} // namespace rootpool::net
