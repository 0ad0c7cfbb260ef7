#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/reference/test_bench.h"

// The numbers are computed by hand from docs/timing.md. At 5 GT/s x8 a tick is 1 ns, a symbol time has two, a DLLP
// lasts two and a write of 64 bytes (64 + 24) / 4 = 22. The flight is 60, the Ack and update limit 2 x 158 = 316, the
// replay limit 948.
namespace rootpool::reference::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// First tick at which a TLP can start: both ends are active, and a symbol time begins.
constexpr Tick first_tlp = 132;
constexpr Tick write_length = 22;

TEST(ReferenceLink, InitialisesInTwoTriplesEach) {
    Bench bench(gen2_x8());
    bench.run_to(1000);
    for (unsigned end : {0U, 1U}) {
        EXPECT_THAT(bench.log.starts_of(end, PacketKind::init_fc1), ElementsAre(0, 2, 4));
        // The third InitFC1 is received at 4 + 2 + 60 = 66 and seen at 67, where no symbol time begins.
        EXPECT_THAT(bench.log.starts_of(end, PacketKind::init_fc2), ElementsAre(68, 70, 72));
        EXPECT_TRUE(bench.link.end(end).is_active());
    }
    const Packet first = bench.log.started_at(0, 0).value();
    EXPECT_EQ(first.flow_class, pcie::FlowClass::posted);
    EXPECT_EQ(first.credits, (CreditFields{32, 512}));
}

TEST(ReferenceLink, RepeatsATripleOfWhichOneWasLost) {
    Bench bench(gen2_x8());
    bench.faults[0].dllps = {{1, Fate::dropped}};
    bench.run_to(36'000);
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::init_fc1), ElementsAre(0, 2, 4));
    // End 1 never hears InitFC1-NP, but InitFC2-NP counts as well: received at 132, seen and started at 134.
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::init_fc2), ElementsAre(134, 136, 138));
}

TEST(ReferenceLink, RepeatsATripleAfter34MicrosecondsIfNothingIsHeard) {
    Bench bench(gen2_x8());
    bench.faults[0].dllps = {{0, Fate::corrupted}, {3, Fate::corrupted}, {4, Fate::corrupted}, {5, Fate::corrupted}};
    bench.run_to(40'000);
    // End 1 lacks a class: it repeats its first triple, end 0 its second.
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::init_fc1), ElementsAre(0, 2, 4, 34'000, 34'002, 34'004));
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::init_fc2), ElementsAre(68, 70, 72, 34'068, 34'070, 34'072));
    EXPECT_TRUE(bench.link.end(0).is_active());
    EXPECT_EQ(bench.link.end(0).coverage().init_repeats, 1);
}

TEST(ReferenceLink, CarriesAWriteAndAnswersWithAckAndUpdate) {
    Bench bench(gen2_x8());
    bench.link.end(0).submit(bench.write(64), 0ns);
    bench.run_to(2000);

    EXPECT_THAT(bench.log.starts_of(0, PacketKind::new_tlp), ElementsAre(first_tlp));
    EXPECT_THAT(bench.consumers[0].sent_at, ElementsAre(first_tlp));
    ASSERT_EQ(bench.consumers[1].received.size(), 1U);
    EXPECT_EQ(bench.consumers[1].received[0].tick, 214); // 132 + 22 + 60
    EXPECT_EQ(bench.consumers[1].received[0].first, 192ns);
    EXPECT_EQ(bench.consumers[1].received[0].last, 214ns);

    EXPECT_THAT(bench.log.starts_of(1, PacketKind::ack), ElementsAre(530)); // 214 + 316
    EXPECT_EQ(bench.log.started_at(1, 530)->sequence, 0);
    // Seen from 215, due at 531, behind the Ack at 532.
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::update_fc), ElementsAre(532));
    EXPECT_EQ(bench.log.started_at(1, 532)->credits, (CreditFields{33, 516}));
    EXPECT_EQ(bench.link.end(0).coverage().replays_by_timer, 0);
}

TEST(ReferenceLink, DoesNotSeeATlpAtTheInstantAtWhichItIsReady) {
    Bench bench(gen2_x8());
    bench.link.end(0).submit(bench.write(64), 200ns);
    bench.link.end(1).submit(bench.write(64), 199ns);
    bench.run_to(1000);
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::new_tlp), ElementsAre(202)); // 201 begins no symbol time
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::new_tlp), ElementsAre(200));
}

TEST(ReferenceLink, StartsAPacketDirectlyBehindAnother) {
    Bench bench(gen2_x8());
    bench.link.end(0).submit(bench.write(4), 0ns); // 7 ticks
    bench.link.end(0).submit(bench.write(4), 0ns);
    bench.run_to(1000);
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::new_tlp), ElementsAre(first_tlp, first_tlp + 7));
}

TEST(ReferenceLink, SendsSkipOrderedSets) {
    Bench bench(gen2_x8());
    bench.link.end(0).submit(bench.write(64), 3060ns); // at 3062, until 3084; the SKP ordered set is due at 3076
    bench.link.end(1).submit(bench.write(64), 3075ns); // behind it
    bench.run_to(7000);
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::skip), ElementsAre(3084, 6152));
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::skip), ElementsAre(3076, 6152));
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::new_tlp), ElementsAre(3084));
}

TEST(ReferenceLink, WaitsForTheSymbolWithASkipOrderedSet) {
    Bench bench(gen2_x8());
    bench.link.end(0).submit(bench.write(4), 3070ns); // 3072 to 3079
    bench.link.end(0).submit(bench.write(4), 3070ns); // would start at 3079
    bench.run_to(4000);
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::skip), ElementsAre(3080));
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::new_tlp), ElementsAre(3072, 3088));
}

TEST(ReferenceLink, ReplaysAfterANak) {
    Bench bench(gen2_x8());
    bench.faults[0].tlps = {{0, Fate::corrupted}};
    bench.link.end(0).submit(bench.write(64), 0ns);
    bench.link.end(0).submit(bench.write(64), 0ns);
    bench.run_to(1000);

    EXPECT_THAT(bench.log.receptions_of(1, Verdict::bad), ElementsAre(214));
    EXPECT_THAT(bench.log.receptions_of(1, Verdict::out_of_sequence), ElementsAre(236)); // no second Nak
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::nak), ElementsAre(216));
    EXPECT_EQ(bench.log.started_at(1, 216)->sequence, 4095);
    // Received at 278, seen at 279.
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::replayed_tlp), ElementsAre(280, 302));
    EXPECT_THAT(bench.log.receptions_of(1, Verdict::accepted), ElementsAre(362, 384));
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::ack), ElementsAre(678)); // 362 + 316, for both
    EXPECT_EQ(bench.log.started_at(1, 678)->sequence, 1);
}

TEST(ReferenceLink, ReplaysWhenTheTimerExpires) {
    Bench bench(gen2_x8());
    bench.faults[0].tlps = {{0, Fate::dropped}};
    bench.link.end(0).submit(bench.write(64), 0ns);
    bench.run_to(2000);
    // The write ends at 154, the timer expires at 154 + 948 = 1102 and is seen at 1103.
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::replayed_tlp), ElementsAre(1104));
    EXPECT_EQ(bench.link.end(0).coverage().replays_by_timer, 1);
    EXPECT_EQ(bench.link.end(0).coverage().retrains, 0);
}

TEST(ReferenceLink, AcknowledgesADuplicateAtOnce) {
    Bench bench(gen2_x8());
    bench.link.end(0).submit(bench.write(64), 0ns);
    bench.faults[1].dllps = {{6, Fate::corrupted}}; // the Ack, behind six InitFCs
    bench.run_to(3000);
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::replayed_tlp), ElementsAre(1104));
    EXPECT_THAT(bench.log.receptions_of(1, Verdict::duplicate), ElementsAre(1104 + write_length + 60)); // 1186
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::ack), ElementsAre(530, 1188));
    EXPECT_EQ(bench.log.started_at(1, 1188)->sequence, 0);
}

TEST(ReferenceLink, RetrainsWithTheFourthReplay) {
    Bench bench(gen2_x8());
    bench.faults[0].tlps = {{0, Fate::dropped}, {1, Fate::dropped}, {2, Fate::dropped}, {3, Fate::dropped}};
    bench.link.end(0).submit(bench.write(64), 0ns);
    bench.link.end(1).submit(bench.write(64), 4500ns); // no packet of either end while it lasts
    bench.run_to(7000);
    // Expiries at 1102, 1104 + 22 + 948 = 2074, 2076 + 970 = 3046 and 3048 + 970 = 4018. The wires are silent
    // from 4019 to 6018, and no symbol time begins at 6019.
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::replayed_tlp), ElementsAre(1104, 2076, 3048, 6020));
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::new_tlp), ElementsAre(6020));
    EXPECT_EQ(bench.link.end(0).coverage().retrains, 1);
}

TEST(ReferenceLink, HoldsTheOtherReplayTimerWhileItRetrains) {
    Bench bench(gen2_x8());
    bench.faults[0].tlps = {{0, Fate::dropped}, {1, Fate::dropped}, {2, Fate::dropped}, {3, Fate::dropped}};
    bench.faults[1].tlps = {{0, Fate::dropped}};
    bench.link.end(0).submit(bench.write(64), 0ns);
    bench.link.end(1).submit(bench.write(64), 3500ns); // ends at 3524: would expire at 4472
    bench.run_to(7000);
    // Ticks 4019 to 6018 do not count: it expires at 6472, seen at 6473, and the next symbol time begins at 6474.
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::replayed_tlp), ElementsAre(6474));
    EXPECT_EQ(bench.link.end(1).coverage().replays_by_timer, 1);
}

TEST(ReferenceLink, LetsProgressComeBeforeTheTimerOfTheSameTick) {
    LinkSettings settings = gen2_x8();
    settings.latency = 315ns;
    Bench bench(settings);
    bench.link.end(0).submit(bench.write(4), 1000ns); // 1002 to 1009, the timer until 1957
    bench.run_to(3000);
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::ack), ElementsAre(1640));  // 1009 + 315 + 316
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::replayed_tlp), IsEmpty()); // 1640 + 2 + 315 = 1957
}

TEST(ReferenceLink, RepairsALostUpdateWithTheRefresh) {
    LinkSettings settings = gen2_x8();
    settings.advertised[1][0] = {1, 16, false};
    Bench bench(settings);
    bench.faults[1].dllps = {{7, Fate::corrupted}}; // the UpdateFC behind six InitFCs and the Ack
    bench.link.end(0).submit(bench.write(64), 0ns);
    bench.link.end(0).submit(bench.write(64), 0ns);
    bench.run_to(31'000);
    // At 30 us end 1 sends UpdateFC-P, received at 30,000 + 2 + 60 and seen at 30,063.
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::update_fc), ElementsAre(532, 30'000, 30'002, 30'004, 30'464));
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::new_tlp), ElementsAre(first_tlp, 30'064));
    EXPECT_GT(bench.link.end(0).coverage().header_stalls[0], 0);
}

TEST(ReferenceLink, ForgetsEverythingWhenItGoesDown) {
    LinkSettings settings = gen2_x8();
    settings.advertised[1][0] = {1, 16, false};
    settings.down = {{200ns, 2000ns}};
    Bench bench(settings);
    bench.link.end(0).submit(bench.write(64), 0ns); // would be received at 214
    bench.link.end(0).submit(bench.write(64), 0ns); // has no credit
    bench.link.end(0).submit(bench.write(64), 1000ns);
    bench.link.end(0).submit(bench.write(64), 2000ns);
    bench.run_to(4000);

    EXPECT_THAT(bench.consumers[0].returned_at, ElementsAre(200, 1001));
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::init_fc1), ElementsAre(0, 2, 4, 2000, 2002, 2004));
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::new_tlp), ElementsAre(first_tlp, 2000 + first_tlp));
    EXPECT_EQ(bench.log.started_at(0, 2000 + first_tlp)->sequence, 0);
    EXPECT_THAT(bench.log.receptions_of(1, Verdict::accepted), ElementsAre(2214));
    EXPECT_EQ(bench.link.end(0).coverage().replays_by_timer, 0);
}

TEST(ReferenceLink, PassesAWriteThatHasNoCreditsOnlyWhereTheTableAllowsIt) {
    LinkSettings settings = gen2_x8();
    settings.advertised[1][1] = {0, 1, false}; // no non-posted request ever goes
    Bench bench(settings);
    const pcie::TlpHeader read = pcie::memory_read(pcie::Bdf(0x100), pcie::Tag(1), 0x1000, 4);
    bench.link.end(0).submit(bench.factory.make(read), 0ns);
    bench.link.end(0).submit(bench.write(64), 0ns);
    bench.run_to(1000);
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::new_tlp), ElementsAre(first_tlp));
    const Coverage& coverage = bench.link.end(0).coverage();
    EXPECT_EQ(coverage.passed[0][1], 1);
    EXPECT_GT(coverage.header_stalls[1], 0);
}

TEST(ReferenceLink, LooksAtTheOldestAloneAsAFifo) {
    LinkSettings settings = gen2_x8();
    settings.advertised[1][1] = {0, 1, false};
    settings.queue_policy = QueuePolicy::fifo;
    Bench bench(settings);
    bench.link.end(0).submit(bench.factory.make(pcie::memory_read(pcie::Bdf(0x100), pcie::Tag(1), 0x1000, 4)), 0ns);
    bench.link.end(0).submit(bench.write(64), 0ns);
    bench.run_to(1000);
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::new_tlp), IsEmpty());
}

TEST(ReferenceLink, StartsOneDllpInASymbolTimeOfTenBits) {
    LinkSettings settings = gen2_x8();
    settings.width = 16; // four ticks of 0.5 ns in a symbol time, two in a DLLP
    Bench narrow_framing(settings);
    narrow_framing.run_to(100);
    EXPECT_THAT(narrow_framing.log.starts_of(0, PacketKind::init_fc1), ElementsAre(0, 4, 8));

    settings.generation = 3;
    Bench tokens(settings);
    tokens.run_to(100);
    EXPECT_THAT(tokens.log.starts_of(0, PacketKind::init_fc1), ElementsAre(0, 2, 4));
}

TEST(ReferenceLink, CanSendDllpsOnOneLane) {
    LinkSettings settings = gen2_x8();
    settings.dllp_length = DllpLength::one_lane;
    Bench bench(settings);
    bench.run_to(60);
    EXPECT_THAT(bench.log.starts_of(0, PacketKind::init_fc1), ElementsAre(0, 16, 32));
}

TEST(ReferenceLink, DiscardsANullifiedTlpSilently) {
    Bench bench(gen2_x8());
    bench.faults[0].tlps = {{0, Fate::nullified}};
    bench.link.end(0).submit(bench.write(64), 0ns);
    bench.run_to(1000);
    EXPECT_THAT(bench.log.receptions_of(1, Verdict::nullified), ElementsAre(214));
    EXPECT_THAT(bench.log.starts_of(1, PacketKind::nak), IsEmpty());
    EXPECT_THAT(bench.consumers[1].received, IsEmpty());
}

} // namespace
} // namespace rootpool::reference::testing
