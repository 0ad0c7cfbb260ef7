// Links that count DLLPs as pcie-bench does (docs/timing.md 2.8): DLLPs take no time on the wire, so that on a short
// link an end can send, and receive the answer, within one tick.
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/model/pcie/link_bench.h"

namespace rootpool::models {
namespace {

/// Two ports and a link between them.
struct Wire {
    Wire(const std::string& name, WheelScheduler& scheduler, pcie::Generation speed, SimTime flight)
        : link((name + "_link").c_str(), scheduler, config(speed, flight)),
          sender((name + "_sender").c_str(), ignored, test::credits(8, 64)),
          receiver((name + "_receiver").c_str(), recorder, test::credits(127, 2047)), generation(speed),
          latency(flight) {
        link.connect(sender, receiver);
    }

    static LinkConfig config(pcie::Generation speed, SimTime flight) {
        LinkConfig result{{speed, 8}, flight, 128};
        result.dllp_accounting = pcie::DllpAccounting::pcie_bench;
        return result;
    }
    void write(unsigned count) {
        const std::vector<std::uint8_t> data(128, 0x5A);
        for (unsigned i = 0; i < count; ++i) {
            sender.send(tlps.make(pcie::memory_write(pcie::Bdf(0, 0, 0), pcie::Tag(0), 128U * i, 128), data), now());
        }
    }
    [[nodiscard]] SimTime start(std::size_t index) const { return recorder.arrivals[index].first_beat - latency; }

    pcie::TlpFactory tlps;
    test::Recorder ignored;
    test::Recorder recorder;
    Link link;
    Port sender;
    Port receiver;
    pcie::Generation generation;
    SimTime latency;
};

constexpr unsigned writes = 200;
constexpr SimTime gen2_symbol = 2ns;
constexpr SimTime deducted = 16 * gen2_symbol;   ///< an Ack and an UpdateFC of 8 bytes on one lane
constexpr SimTime ack_limit = 118 * gen2_symbol; ///< x8, payloads of 128 bytes (PCIe base table 3-11)
constexpr SimTime skip = 4 * gen2_symbol;

/// Of the wire of a link at Gen2, between TLPs that follow each other.
void expect_accounted(const Wire& wire) {
    const auto& arrivals = wire.recorder.arrivals;
    std::int64_t deductions = 0;
    for (std::size_t i = 1; i < arrivals.size(); ++i) {
        SimTime gap = arrivals[i].first_beat - arrivals[i - 1].last_beat;
        if (gap >= deducted) {
            ++deductions;
            gap -= deducted;
        }
        EXPECT_TRUE(gap == 0ns || gap == skip || gap == skip + gen2_symbol / 2) << "before TLP " << i;
    }
    EXPECT_EQ(deductions, wire.start(writes - 1) / ack_limit - wire.start(0) / ack_limit);
}

constexpr core::TimeSpan link_down{50us, 150us}; ///< 423 Ack limits

/// SystemC does not build modules once it runs: one elaboration for all tests.
class LinkWithAccountingOfPcieBench : public testing::Test {
protected:
    struct Wires {
        Wires() {
            for (const auto& [name, generation] : {std::pair{"gen1", pcie::Generation::gen1},
                                                   {"gen2", pcie::Generation::gen2},
                                                   {"gen3", pcie::Generation::gen3}}) {
                for (const SimTime latency : {SimTime{0}, SimTime{1ns}, SimTime{2ns}, SimTime{60ns}}) {
                    const std::string title = std::string(name) + "_" + std::to_string(latency.count());
                    all.push_back(std::make_unique<Wire>(title, scheduler, generation, latency));
                }
            }
            interrupted.link.set_down_times({link_down});
        }
        WheelScheduler scheduler{"scheduler"};
        std::vector<std::unique_ptr<Wire>> all;
        Wire interrupted{"interrupted", scheduler, pcie::Generation::gen2, 60ns};
    };
    static void SetUpTestSuite() { wires_ = std::make_unique<Wires>(); }
    static void TearDownTestSuite() { wires_.reset(); }

    static std::unique_ptr<Wires> wires_;
};
std::unique_ptr<LinkWithAccountingOfPcieBench::Wires> LinkWithAccountingOfPcieBench::wires_;

TEST_F(LinkWithAccountingOfPcieBench, ComesUpHoweverShortItIsAndTakesTheTimeOfTwoDllpsFromEachAckLimit) {
    test::run_to(1us);
    for (const auto& wire : wires_->all) {
        wire->write(writes);
    }
    test::run_to(40us);
    for (const auto& wire : wires_->all) {
        ASSERT_EQ(wire->recorder.arrivals.size(), writes) << wire->link.name();
        if (wire->generation == pcie::Generation::gen2) {
            SCOPED_TRACE(wire->link.name());
            expect_accounted(*wire);
        }
    }
}

/// The DLLPs of the time in which the link was down would take 13.5 us.
TEST_F(LinkWithAccountingOfPcieBench, TakesNoTimeForWhatFellDueWhileItWasDown) {
    Wire& wire = wires_->interrupted;
    const SimTime written = link_down.until + 1us; // flow control is initialised
    test::run_to(written);
    wire.write(writes);
    test::run_to(written + 40us);
    ASSERT_EQ(wire.recorder.arrivals.size(), writes);
    EXPECT_LE(wire.start(0), written + deducted + skip + gen2_symbol);
    expect_accounted(wire);
}

} // namespace
} // namespace rootpool::models
