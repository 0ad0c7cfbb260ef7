#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/net/address.h"

namespace rootpool::net {

/// Output and arithmetic of the program ping, as iputils s20071127 (the one of Linux 2.6.32's time) prints and rounds.
class PingReport {
public:
    /// `data_bytes`: of one request, without ICMP header.
    PingReport(Ipv4Address destination, unsigned data_bytes);

    /// "PING 10.0.0.3 (10.0.0.3) 56(84) bytes of data."
    [[nodiscard]] std::string banner() const;
    /// Counts one request. Sequence numbers go up by one from 1 and wrap.
    void on_sent();
    /// Counts one reply and returns its line: "64 bytes from 10.0.0.3: icmp_seq=1 ttl=64 time=0.606 ms". A second reply
    /// with the same number is a duplicate, not a received packet.
    std::string reply(std::uint16_t sequence, std::uint8_t time_to_live, SimTime round_trip_time);
    /// The closing lines; the last one is missing when nothing came back. `total`: from the first request to the end.
    [[nodiscard]] std::vector<std::string> statistics(SimTime total) const;

    [[nodiscard]] std::uint64_t transmitted() const noexcept { return transmitted_; }
    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
    [[nodiscard]] std::uint64_t duplicates() const noexcept { return duplicates_; }
    /// Whole per cent, rounded down; 0 before the first request.
    [[nodiscard]] unsigned loss_percent() const noexcept;

    /// Round-trip times with the resolution of the simulation; zero without a reply.
    [[nodiscard]] SimTime first() const noexcept { return first_; }
    [[nodiscard]] SimTime min() const noexcept { return min_; }
    [[nodiscard]] SimTime avg() const noexcept;
    [[nodiscard]] SimTime max() const noexcept { return max_; }
    /// Whole microseconds: the square root of the mean of squares less the square of the mean, all integers as ping has
    /// them.
    [[nodiscard]] SimTime mdev() const noexcept;

private:
    [[nodiscard]] std::uint64_t replies() const noexcept { return received_ + duplicates_; }

    std::string destination_;
    unsigned data_bytes_;
    std::uint64_t transmitted_ = 0;
    std::uint64_t received_ = 0;
    std::uint64_t duplicates_ = 0;
    SimTime first_{};
    SimTime min_{};
    SimTime max_{};
    SimTime sum_{};
    std::uint64_t sum_microseconds_ = 0;
    std::uint64_t sum_squares_ = 0; ///< of microseconds
    std::vector<bool> answered_;    ///< by sequence number
};

} // namespace rootpool::net
