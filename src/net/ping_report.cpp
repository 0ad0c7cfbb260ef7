#include "rootpool/net/ping_report.h"

#include <algorithm>
#include <fmt/format.h>

#include "rootpool/net/icmp.h"
#include "rootpool/net/ipv4.h"

namespace rootpool::net {

namespace {

constexpr std::size_t sequence_numbers = 0x1'0000;

using Microseconds = std::chrono::duration<std::int64_t, std::micro>;

[[nodiscard]] std::uint64_t microseconds(SimTime time) {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<Microseconds>(time).count());
}

/// Four significant digits at most, cut and not rounded (ping_common.c, gather_statistics).
[[nodiscard]] std::string reply_time(std::uint64_t time) {
    const std::uint64_t whole = time / 1000;
    const std::uint64_t part = time % 1000;
    if (time >= 100'000) {
        return fmt::format("{}", whole);
    }
    if (time >= 10'000) {
        return fmt::format("{}.{:01}", whole, part / 100);
    }
    if (time >= 1000) {
        return fmt::format("{}.{:02}", whole, part / 10);
    }
    return fmt::format("{}.{:03}", whole, part);
}

[[nodiscard]] std::string statistics_time(std::uint64_t time) {
    return fmt::format("{}.{:03}", time / 1000, time % 1000);
}

/// Newton's iteration on integers (ping_common.c, llsqrt): the root rounded down.
[[nodiscard]] std::uint64_t square_root(std::uint64_t value) {
    std::uint64_t previous = UINT64_MAX;
    std::uint64_t root = value;
    while (root != 0 && root < previous) {
        previous = root;
        root = (root + value / root) / 2;
    }
    return std::min(previous, root);
}

} // namespace

PingReport::PingReport(Ipv4Address destination, unsigned data_bytes)
    : destination_(to_string(destination)), data_bytes_(data_bytes), answered_(sequence_numbers) {}

std::string PingReport::banner() const {
    return fmt::format("PING {0} ({0}) {1}({2}) bytes of data.", destination_, data_bytes_,
                       data_bytes_ + IcmpEcho::header_size + Ipv4Header::size);
}

void PingReport::on_sent() {
    ++transmitted_;
    answered_[transmitted_ % sequence_numbers] = false;
}

std::string PingReport::reply(std::uint16_t sequence, std::uint8_t time_to_live, SimTime round_trip_time) {
    const bool duplicate = answered_[sequence];
    answered_[sequence] = true;
    if (replies() == 0) {
        first_ = min_ = max_ = round_trip_time;
    }
    ++(duplicate ? duplicates_ : received_);
    min_ = std::min(min_, round_trip_time);
    max_ = std::max(max_, round_trip_time);
    sum_ += round_trip_time;
    const std::uint64_t time = microseconds(round_trip_time);
    sum_microseconds_ += time;
    sum_squares_ += time * time;
    return fmt::format("{} bytes from {}: icmp_seq={} ttl={} time={} ms{}", data_bytes_ + IcmpEcho::header_size,
                       destination_, sequence, time_to_live, reply_time(time), duplicate ? " (DUP!)" : "");
}

std::vector<std::string> PingReport::statistics(SimTime total) const {
    std::string counts = fmt::format("{} packets transmitted, {} received", transmitted_, received_);
    if (duplicates_ != 0) {
        counts += fmt::format(", +{} duplicates", duplicates_);
    }
    if (transmitted_ != 0) {
        counts += fmt::format(", {}% packet loss, time {}ms", loss_percent(), microseconds(total) / 1000);
    }
    std::vector<std::string> lines{"", fmt::format("--- {} ping statistics ---", destination_), std::move(counts)};
    if (replies() != 0) {
        lines.push_back(fmt::format("rtt min/avg/max/mdev = {}/{}/{}/{} ms", statistics_time(microseconds(min_)),
                                    statistics_time(sum_microseconds_ / replies()), statistics_time(microseconds(max_)),
                                    statistics_time(microseconds(mdev()))));
    }
    return lines;
}

unsigned PingReport::loss_percent() const noexcept {
    // A reply to a request that was never counted is no negative loss.
    const std::uint64_t lost = transmitted_ - std::min(transmitted_, received_);
    return transmitted_ == 0 ? 0 : static_cast<unsigned>(lost * 100 / transmitted_);
}

SimTime PingReport::avg() const noexcept {
    return replies() == 0 ? SimTime{} : sum_ / static_cast<std::int64_t>(replies());
}

SimTime PingReport::mdev() const noexcept {
    if (replies() == 0) {
        return SimTime{};
    }
    const std::uint64_t mean = sum_microseconds_ / replies();
    return Microseconds(static_cast<std::int64_t>(square_root(sum_squares_ / replies() - mean * mean)));
}

} // namespace rootpool::net
