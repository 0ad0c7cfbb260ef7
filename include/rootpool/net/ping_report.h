#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/net/address.h"

namespace rootpool::net {

/// Bookkeeping and text of one run of ping, as iputils s20071127 (CentOS 6) prints it. Times count in whole
/// microseconds, as there.
class PingReport {
public:
    PingReport(Ipv4Address to, unsigned data_bytes) : to_(to_string(to)), data_bytes_(data_bytes) {}

    /// "PING a (a) 56(84) bytes of data."
    [[nodiscard]] std::string banner() const;
    void on_sent() noexcept { ++transmitted_; }
    /// Counts a reply and gives its line.
    [[nodiscard]] std::string reply(std::uint16_t sequence, std::uint8_t time_to_live, SimTime round_trip);
    /// The lines at the end, the first of them empty. `elapsed`: from the first request to the end.
    [[nodiscard]] std::vector<std::string> statistics(SimTime elapsed) const;

    [[nodiscard]] unsigned transmitted() const noexcept { return transmitted_; }
    [[nodiscard]] unsigned received() const noexcept { return received_; }
    /// Whole percent, rounded down.
    [[nodiscard]] unsigned loss_percent() const noexcept;
    // 0 without a reply
    [[nodiscard]] SimTime first() const noexcept { return std::chrono::microseconds(first_); }
    [[nodiscard]] SimTime min() const noexcept { return std::chrono::microseconds(min_); }
    [[nodiscard]] SimTime avg() const noexcept { return std::chrono::microseconds(mean()); }
    [[nodiscard]] SimTime max() const noexcept { return std::chrono::microseconds(max_); }
    /// sqrt(mean of squares - square of the mean), in integers.
    [[nodiscard]] SimTime mdev() const noexcept { return std::chrono::microseconds(deviation()); }

private:
    [[nodiscard]] std::int64_t mean() const noexcept { return received_ == 0 ? 0 : sum_ / received_; }
    [[nodiscard]] std::int64_t deviation() const noexcept;

    std::string to_;
    unsigned data_bytes_;
    unsigned transmitted_ = 0;
    unsigned received_ = 0;
    // microseconds
    std::int64_t first_ = 0;
    std::int64_t min_ = 0;
    std::int64_t max_ = 0;
    std::int64_t sum_ = 0;
    std::int64_t sum_of_squares_ = 0;
};

} // namespace rootpool::net
