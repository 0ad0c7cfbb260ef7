#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rootpool/net/iperf_report.h"
#include "rootpool/net/ping_report.h"

namespace rootpool::net {
namespace {

using testing::ElementsAre;

constexpr Ipv4Address host(0x0A000003);

/// Sends and answers with each of these times in turn.
[[nodiscard]] PingReport answered(std::initializer_list<SimTime> times) {
    PingReport report(host, 56);
    std::uint16_t sequence = 0;
    for (const SimTime time : times) {
        report.on_sent();
        report.reply(++sequence, 64, time);
    }
    return report;
}

TEST(PingReport, LinesAreThoseOfIputils) {
    PingReport report(host, 56);
    EXPECT_EQ(report.banner(), "PING 10.0.0.3 (10.0.0.3) 56(84) bytes of data.");
    report.on_sent();
    EXPECT_EQ(report.reply(1, 64, 606us), "64 bytes from 10.0.0.3: icmp_seq=1 ttl=64 time=0.606 ms");
    report.on_sent();
    EXPECT_EQ(report.reply(2, 64, 200us), "64 bytes from 10.0.0.3: icmp_seq=2 ttl=64 time=0.200 ms");
    EXPECT_THAT(report.statistics(1s), ElementsAre("", "--- 10.0.0.3 ping statistics ---",
                                                   "2 packets transmitted, 2 received, 0% packet loss, time 1000ms",
                                                   "rtt min/avg/max/mdev = 0.200/0.403/0.606/0.203 ms"));
}

TEST(PingReport, TimesLoseDigitsAsTheyGrow) {
    const auto shown = [](SimTime time) {
        const std::string line = PingReport(host, 56).reply(1, 64, time);
        return line.substr(line.find("time="));
    };
    EXPECT_EQ(shown(SimTime{0}), "time=0.000 ms");
    EXPECT_EQ(shown(5us), "time=0.005 ms");
    EXPECT_EQ(shown(999us + 999ns), "time=0.999 ms");
    EXPECT_EQ(shown(1ms), "time=1.00 ms");
    EXPECT_EQ(shown(9999us), "time=9.99 ms");
    EXPECT_EQ(shown(10'050us), "time=10.0 ms");
    EXPECT_EQ(shown(99'999us), "time=99.9 ms");
    EXPECT_EQ(shown(100ms), "time=100 ms");
    EXPECT_EQ(shown(1234ms), "time=1234 ms");
}

TEST(PingReport, ArithmeticIsInWholeMicroseconds) {
    const PingReport report = answered({100us, 101us, 101us});
    EXPECT_EQ(report.statistics(2s).back(), "rtt min/avg/max/mdev = 0.100/0.100/0.101/0.011 ms")
        << "mean 100, squares (10000 + 2 * 10201) / 3 = 10134, root of 134 = 11";
    EXPECT_EQ(report.mdev(), SimTime(11us));
    EXPECT_EQ(report.avg(), SimTime(302us) / 3) << "not rounded to microseconds";
}

TEST(PingReport, ExtremesAndTheFirstReplyAreKeptExactly) {
    const PingReport report = answered({300us + 1ns, 200us + 7ns, 900us + 3ns, 250us});
    EXPECT_EQ(report.first(), SimTime(300us + 1ns));
    EXPECT_EQ(report.min(), SimTime(200us + 7ns));
    EXPECT_EQ(report.max(), SimTime(900us + 3ns));
    EXPECT_EQ(answered({1ms, 1ms}).mdev(), SimTime{});
    EXPECT_EQ(answered({1s, 3s}).mdev(), SimTime(1s));
}

TEST(PingReport, WithoutRepliesThereAreNoTimes) {
    PingReport report(host, 56);
    EXPECT_EQ(report.loss_percent(), 0U);
    EXPECT_EQ(report.statistics(SimTime{}).back(), "0 packets transmitted, 0 received");
    report.on_sent();
    report.on_sent();
    EXPECT_EQ(report.loss_percent(), 100U);
    EXPECT_EQ(report.statistics(11s).back(), "2 packets transmitted, 0 received, 100% packet loss, time 11000ms");
    EXPECT_EQ(report.avg(), SimTime{});
    EXPECT_EQ(report.mdev(), SimTime{});
}

TEST(PingReport, LossIsRoundedDown) {
    PingReport report(host, 56);
    for (unsigned i = 0; i < 3; ++i) {
        report.on_sent();
    }
    report.reply(1, 64, 1us);
    EXPECT_EQ(report.loss_percent(), 66U);
    EXPECT_EQ(report.transmitted(), 3U);
    EXPECT_EQ(report.received(), 1U);
}

TEST(PingReport, SecondReplyToOneRequestIsADuplicate) {
    PingReport report = answered({100us});
    EXPECT_EQ(report.reply(1, 64, 300us), "64 bytes from 10.0.0.3: icmp_seq=1 ttl=64 time=0.300 ms (DUP!)");
    EXPECT_EQ(report.received(), 1U);
    EXPECT_EQ(report.duplicates(), 1U);
    EXPECT_EQ(report.statistics(SimTime{})[2],
              "1 packets transmitted, 1 received, +1 duplicates, 0% packet loss, time 0ms");
    EXPECT_EQ(report.avg(), SimTime(200us));
}

TEST(PingReport, SequenceNumbersWrapWithoutBecomingDuplicates) {
    PingReport report(host, 56);
    for (unsigned i = 1; i <= 65'536U + 5; ++i) {
        report.on_sent();
        report.reply(static_cast<std::uint16_t>(i), 64, 1us);
    }
    EXPECT_EQ(report.received(), 65'541U);
    EXPECT_EQ(report.duplicates(), 0U);
}

TEST(PingReport, ReplyNobodyAskedForIsNoNegativeLoss) {
    PingReport report = answered({1us});
    report.reply(9, 64, 1us);
    EXPECT_EQ(report.loss_percent(), 0U);
}

TEST(IperfReport, TenGigabitLine) {
    EXPECT_EQ(iperf_line(SimTime{0}, 10s, 11'750'000'000), "[  3]  0.0-10.0 sec  10.9 GBytes  9.40 Gbits/sec");
    EXPECT_EQ(iperf_line(5s, 6s, 125'000, 12), "[ 12]  5.0- 6.0 sec   122 KBytes  1.00 Mbits/sec");
}

TEST(IperfReport, NumbersKeepFourPlacesAcrossAllUnits) {
    EXPECT_EQ(iperf_line(SimTime{0}, 1s, 0), "[  3]  0.0- 1.0 sec  0.00 Bytes  0.00 bits/sec");
    EXPECT_EQ(iperf_line(SimTime{0}, 1s, 1023), "[  3]  0.0- 1.0 sec  1023 Bytes  8.18 Kbits/sec");
    EXPECT_EQ(iperf_line(SimTime{0}, 1s, 1024), "[  3]  0.0- 1.0 sec  1.00 KBytes  8.19 Kbits/sec");
    EXPECT_EQ(iperf_line(SimTime{0}, 1s, 104'806'400), "[  3]  0.0- 1.0 sec   100 MBytes   838 Mbits/sec");
    EXPECT_EQ(iperf_line(SimTime{0}, 1s, 5'000'000'000'000), "[  3]  0.0- 1.0 sec  4657 GBytes  40000 Gbits/sec");
}

TEST(IperfReport, LineOverNoTimeHasNoInfiniteRate) {
    EXPECT_EQ(iperf_line(1s, 1s, 1000), "[  3]  1.0- 1.0 sec  1000 Bytes  0.00 bits/sec");
}

TEST(IperfReport, DatagramServerShowsJitterAndLoss) {
    EXPECT_EQ(iperf_datagram_line(SimTime{0}, 10s, 1'250'000'000, {12us, 5, 8505}),
              "[  3]  0.0-10.0 sec  1.16 GBytes  1.00 Gbits/sec   0.012 ms    5/ 8505 (0.059%)");
    EXPECT_EQ(iperf_datagram_line(SimTime{0}, 1s, 0, {}),
              "[  3]  0.0- 1.0 sec  0.00 Bytes  0.00 bits/sec   0.000 ms    0/    0 (0%)");
}

TEST(IperfReport, Banners) {
    const std::string rule(60, '-');
    EXPECT_EQ(iperf_client_banner({host, 5001}), rule + "\nClient connecting to 10.0.0.3, TCP port 5001\n" + rule);
    EXPECT_EQ(iperf_client_banner({host, 5002}, IpProtocol::udp),
              rule + "\nClient connecting to 10.0.0.3, UDP port 5002\n" + rule);
    EXPECT_EQ(iperf_server_banner(5001), rule + "\nServer listening on TCP port 5001\n" + rule);
    EXPECT_EQ(iperf_server_banner(5001, IpProtocol::udp), rule + "\nServer listening on UDP port 5001\n" + rule);
}

TEST(IperfReport, GoodputIsBitsOverSeconds) {
    EXPECT_DOUBLE_EQ(goodput(1250, 1us), 1e10);
    EXPECT_DOUBLE_EQ(goodput(1250, SimTime{}), 0);
    EXPECT_DOUBLE_EQ(goodput(1250, -1us), 0);
}

} // namespace
} // namespace rootpool::net
