// What gets lost, damaged, doubled or out of order on the wire.
#include <gtest/gtest.h>

#include "tests/unit/host/network_stack_tcp_transfer.h"

namespace rootpool::host::test {
namespace {

TEST(NetworkStackTcp, OneLostSegmentIsRepairedByFastRetransmit) {
    Pair pair;
    unsigned count = 0;
    pair.a.nic.wire = [&count](const Bytes& frame) {
        const auto view = tcp_view(frame);
        return Fate{view && view->data != 0 && ++count == 2000};
    };
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 20'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(1s);
    EXPECT_EQ(writer.counters.fast_retransmits, 1U);
    EXPECT_EQ(writer.counters.retransmissions, 1U);
    EXPECT_EQ(writer.counters.timeouts, 0U);
    EXPECT_GE(writer.counters.duplicate_acks, 3U);
    EXPECT_GE(reader.counters.out_of_order, 3U);
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, LossOfManySegmentsIsRepaired) {
    Pair pair;
    std::uint32_t random = 12345;
    pair.a.nic.wire = [&random](const Bytes&) {
        random = random * 1'664'525U + 1'013'904'223U;
        return Fate{random >> 16U < 65'536 / 200}; // 0.5 %
    };
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 10'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(200s);
    EXPECT_GT(writer.counters.retransmissions, 10U);
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, LossOfTheTailWaitsForTheTimeOut) {
    Pair pair;
    unsigned count = 0;
    pair.a.nic.wire = [&count](const Bytes& frame) {
        const auto view = tcp_view(frame);
        return Fate{view && view->data != 0 && ++count == 3};
    };
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 3 * 1448);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(1s);
    EXPECT_EQ(writer.counters.timeouts, 1U);
    const SimTime taken = reader.last_byte_at - writer.connected_at;
    EXPECT_GE(taken, SimTime(200ms)) << "the least RTO";
    EXPECT_LE(taken, SimTime(210ms));
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, TimeOutBacksOffExponentiallyAndGivesUp) {
    StackParameters parameters;
    parameters.tcp.data_retries = 4;
    Pair pair(parameters);
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 1000);
    writer.close_at_end = false;
    std::vector<SimTime> sent;
    pair.a.nic.wire = [&](const Bytes& frame) {
        const auto view = tcp_view(frame);
        const bool data = view && view->data != 0;
        if (data) {
            sent.push_back(pair.loop.now());
        }
        return Fate{data};
    };
    writer.connect({pair.b.address, port});
    pair.loop.run_until(60s);
    ASSERT_EQ(sent.size(), 5U);
    for (std::size_t i = 2; i < sent.size(); ++i) {
        const double ratio = std::chrono::duration<double>(sent[i] - sent[i - 1]) /
                             std::chrono::duration<double>(sent[i - 1] - sent[i - 2]);
        EXPECT_NEAR(ratio, 2.0, 0.02);
    }
    EXPECT_EQ(writer.reason, net::TcpCloseReason::timed_out);
}

TEST(NetworkStackTcp, ReorderingIsPutRight) {
    Pair pair;
    unsigned count = 0;
    pair.a.nic.wire = [&count](const Bytes& frame) {
        const auto view = tcp_view(frame);
        const bool late = view && view->data != 0 && ++count % 50 == 0;
        return Fate{false, late ? SimTime(2us) : SimTime(0)};
    };
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 10'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(5s);
    EXPECT_GT(reader.counters.out_of_order, 10U);
    EXPECT_EQ(writer.counters.timeouts, 0U);
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, DuplicatedFramesAreNoNewBytes) {
    Pair pair;
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 1'000'000);
    pair.a.nic.wire = [&](const Bytes& frame) {
        pair.loop.at(pair.loop.now() + 50us, [&pair, frame] { pair.b.nic.receive(frame); });
        return Fate{};
    };
    writer.connect({pair.b.address, port});
    pair.loop.run_until(5s);
    EXPECT_GT(reader.counters.old_data, 0U);
    expect_clean(pair, writer, reader);
}
TEST(NetworkStackTcp, LostSynIsSentAgainAfterThreeSeconds) {
    Pair pair;
    unsigned syns = 0;
    pair.a.nic.wire = [&syns](const Bytes& frame) {
        const auto view = tcp_view(frame);
        return Fate{view && view->tcp.flags.syn && ++syns == 1};
    };
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 100);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(10s);
    EXPECT_EQ(syns, 2U);
    EXPECT_GE(writer.connected_at, SimTime(3s));
    EXPECT_LE(writer.connected_at, SimTime(3s) + 2ms);
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, LostFinAndLostLastAckAreRepaired) {
    for (const unsigned victim : {1U, 2U}) {
        Pair pair;
        unsigned fins = 0;
        const auto lose_fin = [&fins, victim](const Bytes& frame) {
            const auto view = tcp_view(frame);
            return Fate{view && view->tcp.flags.fin && ++fins == victim};
        };
        pair.a.nic.wire = pair.b.nic.wire = lose_fin;
        Reader reader(pair.loop, pair.b, port);
        Writer writer(pair.loop, pair.a, 5000);
        writer.connect({pair.b.address, port});
        pair.loop.run_until(5s);
        EXPECT_GE(fins, 3U);
        expect_clean(pair, writer, reader);
    }
}
/// Spoils one byte of the headers or data of every 20th frame.
struct Spoiler {
    std::uint32_t random = 7;
    unsigned frames = 0;
    [[nodiscard]] std::uint32_t next() { return (random = random * 1'664'525U + 1'013'904'223U) >> 8U; }
    void receive(TestNic& nic, Bytes frame, std::size_t first) {
        frame[first + next() % (frame.size() - first)] ^= static_cast<std::uint8_t>(1 + next() % 255);
        nic.receive(frame);
    }
    [[nodiscard]] bool now() { return ++frames % 20 == 0; }
};

TEST(NetworkStackTcp, DamagedFramesAreFoundByTheirChecksumAndSentAgain) {
    Pair pair;
    Spoiler spoiler;
    pair.b.nic.checks_checksums = false;
    pair.a.nic.wire = [&](const Bytes& frame) {
        if (!tcp_view(frame) || !spoiler.now()) {
            return Fate{};
        }
        spoiler.receive(pair.b.nic, frame, 14);
        return Fate{true};
    };
    Reader reader(pair.loop, pair.b, port);
    Writer writer(pair.loop, pair.a, 1'000'000);
    writer.connect({pair.b.address, port});
    pair.loop.run_until(400s);
    EXPECT_GT(pair.b.stack.drops()[Drop::bad_checksum], 5U);
    expect_clean(pair, writer, reader);
}

TEST(NetworkStackTcp, DamageThatNoChecksumFindsNeitherCrashesNorLeaks) {
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        Pair pair;
        Spoiler there{seed};
        Spoiler back{seed + 1000};
        pair.a.nic.wire = [&](const Bytes& frame) {
            if (there.now()) {
                there.receive(pair.b.nic, Bytes(frame.begin(), frame.begin() + 60), 14);
            }
            return Fate{};
        };
        pair.b.nic.wire = [&](const Bytes& frame) {
            if (back.now()) {
                back.receive(pair.a.nic, frame, 14);
            }
            return Fate{};
        };
        Reader reader(pair.loop, pair.b, port);
        Writer writer(pair.loop, pair.a, 300'000);
        writer.connect({pair.b.address, port});
        pair.loop.run_until(20s);
        if (writer.socket != nullptr) {
            writer.socket->abort(pair.loop.now());
        }
        if (reader.socket != nullptr) {
            reader.socket->abort(pair.loop.now());
        }
        pair.loop.run_until(60s);
        EXPECT_EQ(pair.a.pool.free_buffers(), 4096U) << "seed " << seed;
        EXPECT_EQ(pair.b.pool.free_buffers(), 4096U) << "seed " << seed;
        EXPECT_EQ(pair.a.stack.packets_under_way(), 0U) << "seed " << seed;
        EXPECT_EQ(pair.b.stack.packets_under_way(), 0U) << "seed " << seed;
    }
}

} // namespace
} // namespace rootpool::host::test
