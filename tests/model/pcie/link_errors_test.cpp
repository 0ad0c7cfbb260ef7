// What a link tells its ports about errors: which side, which error, when.
#include <gtest/gtest.h>
#include <memory>
#include <vector>

#include "link_bench.h"
#include "models/core/wheel_scheduler.h"
#include "rootpool/pcie/fault_sources.h"

namespace rootpool::models::test {
namespace {

using pcie::ErrorKind;
using pcie::PacketFate;

struct Reported {
    ErrorKind kind;
    SimTime at;
};

/// Takes TLPs and notes errors.
class Listener : public Recorder {
public:
    std::vector<Reported> errors;
    unsigned ups = 0;
    unsigned downs = 0;

    void on_link_error(Port& /*port*/, ErrorKind kind) override { errors.push_back({kind, now()}); }
    void on_link_up(Port& /*port*/) override { ++ups; }
    void on_link_down(Port& /*port*/) override { ++downs; }

    [[nodiscard]] unsigned count(ErrorKind kind) const {
        unsigned sum = 0;
        for (const Reported& error : errors) {
            sum += error.kind == kind ? 1U : 0U;
        }
        return sum;
    }
};

/// Two ports and a Gen2 x8 link that starts at time 0, 16 x 2 ns of initialisation away from activity.
class Bench {
public:
    Bench(const std::string& name, const std::vector<pcie::ScriptedFault>& down,
          const std::vector<pcie::ScriptedFault>& up, std::vector<TimeSpan> down_times = {})
        : scheduler((name + "_scheduler").c_str()), down_faults(down), up_faults(up),
          link((name + "_link").c_str(), scheduler, LinkConfig{{pcie::Generation::gen2, 8}, latency, 128}),
          above((name + "_above").c_str(), upper, credits(8, 64)),
          below((name + "_below").c_str(), lower, credits(8, 64)) {
        link.connect(above, below);
        link.set_faults(down.empty() ? nullptr : &down_faults, up.empty() ? nullptr : &up_faults);
        link.set_down_times(std::move(down_times));
    }
    void write() {
        const std::vector<std::uint8_t> data(64, 0x5A);
        above.send(tlps.make(pcie::memory_write(pcie::Bdf(0, 0, 0), pcie::Tag(0), 0x1000, 64), data), now());
    }

    WheelScheduler scheduler;
    pcie::TlpFactory tlps;
    pcie::ScriptedFaults down_faults;
    pcie::ScriptedFaults up_faults;
    Listener upper;
    Listener lower;
    Link link;
    Port above;
    Port below;
};

constexpr unsigned init_dllps = 6; ///< that each end sends before anything else: InitFC1 and InitFC2

/// All of them exist before the first simulated moment.
struct Benches {
    Bench corrupted_tlp{"corrupted_tlp", {{true, 1, PacketFate::corrupted}}, {}};
    Bench dropped_tlp{"dropped_tlp", {{true, 1, PacketFate::dropped}}, {}};
    Bench corrupted_dllp{"corrupted_dllp", {}, {{false, init_dllps + 1, PacketFate::corrupted}}};
    Bench rollover{"rollover",
                   {{true, 1, PacketFate::corrupted},
                    {true, 2, PacketFate::corrupted},
                    {true, 3, PacketFate::corrupted},
                    {true, 4, PacketFate::corrupted}},
                   {}};
    Bench no_acks{"no_acks", {}, {{false, init_dllps + 1, PacketFate::dropped}}};
    Bench down{"down", {}, {}, {{100us, 120us}}};
    Bench clean{"clean", {}, {}};
};

class LinkErrors : public testing::Test {
protected:
    static void SetUpTestSuite() {
        benches = std::make_unique<Benches>();
        run_to(1us);
        for (Bench* bench : {&benches->corrupted_tlp, &benches->dropped_tlp, &benches->rollover, &benches->no_acks,
                             &benches->down, &benches->clean}) {
            bench->write();
        }
        run_to(150us); // nobody looks at the links meanwhile
    }
    static void TearDownTestSuite() { benches.reset(); }
    static std::unique_ptr<Benches> benches;
};
std::unique_ptr<Benches> LinkErrors::benches;

/// 64 bytes and 20 around them at 8 bytes in 2 ns; started at the tick after 1 us.
constexpr SimTime first_received = 1us + 1ns + 21ns + latency;

TEST_F(LinkErrors, WrongLcrcIsABadTlpAtItsReceiverWhenItsLastSymbolCame) {
    const Bench& bench = benches->corrupted_tlp;
    ASSERT_EQ(bench.lower.errors.size(), 1U);
    EXPECT_EQ(bench.lower.errors[0].kind, ErrorKind::bad_tlp);
    EXPECT_GE(bench.lower.errors[0].at, first_received);
    EXPECT_LE(bench.lower.errors[0].at, first_received + 2ns) << "2 ns of alignment to a symbol";
    EXPECT_TRUE(bench.upper.errors.empty()) << "the Nak is no error of the transmitter";
    EXPECT_EQ(bench.lower.arrivals.size(), 1U);
}

TEST_F(LinkErrors, PacketWithoutFrameIsAReceiverErrorAndTheTransmittersTimerNoticesTheRest) {
    const Bench& bench = benches->dropped_tlp;
    ASSERT_EQ(bench.lower.errors.size(), 1U);
    EXPECT_EQ(bench.lower.errors[0].kind, ErrorKind::receiver);
    ASSERT_EQ(bench.upper.errors.size(), 1U);
    EXPECT_EQ(bench.upper.errors[0].kind, ErrorKind::replay_timer_timeout);
    EXPECT_EQ(bench.lower.arrivals.size(), 1U);
}

TEST_F(LinkErrors, WrongCrcOfADllpIsReportedThoughNobodyWaitsForIt) {
    const Bench& bench = benches->corrupted_dllp;
    ASSERT_EQ(bench.upper.errors.size(), 1U);
    EXPECT_EQ(bench.upper.errors[0].kind, ErrorKind::bad_dllp);
    EXPECT_GE(bench.upper.errors[0].at, 30us + latency) << "the first UpdateFC of an idle link";
    EXPECT_LE(bench.upper.errors[0].at, 30us + latency + 50ns);
}

TEST_F(LinkErrors, FourthFailureInARowIsARollover) {
    const Bench& bench = benches->rollover;
    EXPECT_EQ(bench.lower.count(ErrorKind::bad_tlp), 4U);
    EXPECT_EQ(bench.upper.count(ErrorKind::replay_num_rollover), 1U);
    EXPECT_EQ(bench.lower.arrivals.size(), 1U);
}

TEST_F(LinkErrors, LostAckIsAReceiverErrorAboveAndATimeout) {
    const Bench& bench = benches->no_acks;
    ASSERT_EQ(bench.upper.errors.size(), 2U);
    EXPECT_EQ(bench.upper.errors[0].kind, ErrorKind::receiver);
    EXPECT_EQ(bench.upper.errors[1].kind, ErrorKind::replay_timer_timeout);
    EXPECT_EQ(bench.lower.arrivals.size(), 1U) << "the second copy is a duplicate";
}

TEST_F(LinkErrors, BothSidesLearnThatTheLinkIsDownAndUp) {
    for (const Listener* side : {&benches->down.upper, &benches->down.lower}) {
        EXPECT_EQ(side->ups, 2U);
        EXPECT_EQ(side->downs, 1U);
        EXPECT_TRUE(side->errors.empty()) << "whether that is a surprise is the port's affair";
    }
}

TEST_F(LinkErrors, NothingIsReportedWithoutFaults) {
    EXPECT_TRUE(benches->clean.upper.errors.empty());
    EXPECT_TRUE(benches->clean.lower.errors.empty());
}

} // namespace
} // namespace rootpool::models::test
