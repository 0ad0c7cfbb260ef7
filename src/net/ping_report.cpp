#include "rootpool/net/ping_report.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fmt/format.h>

namespace rootpool::net {

namespace {

constexpr unsigned headers = 28; ///< IPv4 and ICMP
constexpr unsigned icmp_header = 8;

/// Three significant places or whole milliseconds (iputils ping_common.c, gather_statistics).
[[nodiscard]] std::string reply_time(std::int64_t us) {
    if (us >= 100'000) {
        return fmt::format("{}", us / 1000);
    }
    if (us >= 10'000) {
        return fmt::format("{}.{:01}", us / 1000, us % 1000 / 100);
    }
    if (us >= 1000) {
        return fmt::format("{}.{:02}", us / 1000, us % 1000 / 10);
    }
    return fmt::format("{}.{:03}", us / 1000, us % 1000);
}

[[nodiscard]] std::string milliseconds(std::int64_t us) { return fmt::format("{}.{:03}", us / 1000, us % 1000); }

} // namespace

std::string PingReport::banner() const {
    return fmt::format("PING {} ({}) {}({}) bytes of data.", to_, to_, data_bytes_, data_bytes_ + headers);
}

std::string PingReport::reply(std::uint16_t sequence, std::uint8_t time_to_live, SimTime round_trip) {
    const std::int64_t us = std::chrono::floor<std::chrono::microseconds>(round_trip).count();
    first_ = received_ == 0 ? us : first_;
    min_ = received_ == 0 ? us : std::min(min_, us);
    max_ = std::max(max_, us);
    sum_ += us;
    sum_of_squares_ += us * us;
    ++received_;
    return fmt::format("{} bytes from {}: icmp_seq={} ttl={} time={} ms", data_bytes_ + icmp_header, to_, sequence,
                       time_to_live, reply_time(us));
}

unsigned PingReport::loss_percent() const noexcept {
    return transmitted_ == 0 ? 0 : (transmitted_ - std::min(received_, transmitted_)) * 100 / transmitted_;
}

std::int64_t PingReport::deviation() const noexcept {
    if (received_ == 0) {
        return 0;
    }
    const std::int64_t variance = sum_of_squares_ / received_ - mean() * mean();
    return static_cast<std::int64_t>(std::sqrt(static_cast<double>(variance)));
}

std::vector<std::string> PingReport::statistics(SimTime elapsed) const {
    std::vector<std::string> lines{"", fmt::format("--- {} ping statistics ---", to_),
                                   fmt::format("{} packets transmitted, {} received, {}% packet loss, time {}ms",
                                               transmitted_, received_, loss_percent(),
                                               std::chrono::floor<std::chrono::milliseconds>(elapsed).count())};
    if (received_ != 0) {
        lines.push_back(fmt::format("rtt min/avg/max/mdev = {}/{}/{}/{} ms", milliseconds(min_), milliseconds(mean()),
                                    milliseconds(max_), milliseconds(deviation())));
    }
    return lines;
}

} // namespace rootpool::net
