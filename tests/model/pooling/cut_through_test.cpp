// TLPs that go on before they are whole, as an observer of the links sees them.
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "pooled_platform.h"
#include "tests/model/damage_trigger.h"

namespace rootpool::models::test {
namespace {

using pcie::TlpKind;

/// TLPs that start on a link; PCIe places 0 (down) and 1 (up).
class Sightings : public pcie::LinkObserver {
public:
    struct Start {
        SimTime at;
        SimTime end;
        std::uint16_t sequence;
        pcie::PacketFate fate;
        pcie::Reception reception;
    };
    void on_packet(const pcie::PacketSighting& packet) override {
        if (packet.tlp != nullptr) {
            of[packet.place.index()].push_back(
                {packet.start, packet.end, packet.sequence, packet.fate, packet.reception});
        } else {
            naks += packet.dllp.kind == pcie::DllpKind::nak ? 1 : 0;
        }
    }
    std::array<std::vector<Start>, 2> of;
    unsigned naks = 0;
};

/// A switch between a root and a device, and what is seen of their links. The links have their usual latency.
class Bench {
public:
    Bench(const std::string& name, std::string_view profile, pooling::Switching switching)
        : platform_(name, config(profile, switching)) {
        platform_.link(1).observe(root);
        platform_.link(platform_.roots.size()).observe(device);
        platform_.link(1).set_faults(&damage, nullptr);
    }

    void bring_up() { platform_.bring_up(); }
    void write_to_device(std::uint16_t dwords, SimTime at) {
        forget();
        platform_.roots[1]->send(memory_request(TlpKind::memory_write, {}, PooledPlatform::slave_window, dwords), 7,
                                 at);
        PooledPlatform::run_for(at - now() + quiet);
    }
    void write_to_root(std::uint16_t dwords, SimTime at) {
        forget();
        platform_.device.send(memory_request(TlpKind::memory_write, platform_.device.vf(0), 0x1000, dwords), 7, at);
        PooledPlatform::run_for(at - now() + quiet);
    }
    PooledPlatform& platform() { return platform_; }

    Sightings root;
    Sightings device;
    DamageTrigger damage;

private:
    static constexpr SimTime quiet = 10us;
    static PlatformConfig config(std::string_view profile, pooling::Switching switching) {
        PlatformConfig made;
        made.profile = profile;
        made.switching = switching;
        made.link_latency = LinkConfig{}.latency;
        return made;
    }
    void forget() {
        PooledPlatform::run_for(quiet);
        root.of = {};
        device.of = {};
        platform_.device.requests.clear();
    }

    PooledPlatform platform_;
};

class CutThrough : public testing::Test {
protected:
    static void SetUpTestSuite() {
        asic = std::make_unique<Bench>("asic", "asic", pooling::Switching::cut_through);
        prototype = std::make_unique<Bench>("prototype", "fpga-prototype", pooling::Switching::cut_through);
        stored = std::make_unique<Bench>("stored", "asic", pooling::Switching::store_and_forward);
        for (Bench* const bench : {asic.get(), prototype.get(), stored.get()}) {
            bench->bring_up();
        }
    }
    static void TearDownTestSuite() {
        asic.reset();
        prototype.reset();
        stored.reset();
    }
    /// Moments at all phases of the clocks, when all is quiet.
    static SimTime moment(unsigned phase) { return core::align_up(now() + 20us, 4us) + SimTime{250'000} * phase; }

    static std::unique_ptr<Bench> asic;
    static std::unique_ptr<Bench> prototype;
    static std::unique_ptr<Bench> stored;
};
std::unique_ptr<Bench> CutThrough::asic;
std::unique_ptr<Bench> CutThrough::prototype;
std::unique_ptr<Bench> CutThrough::stored;

/// First bit into the switch to first bit out: both links are alike, and what lies before the pins of the one is as
/// long as what lies before those of the other.
[[nodiscard]] SimTime through(const Sightings& in, const Sightings& out, unsigned direction) {
    EXPECT_EQ(in.of[direction].size(), 1U);
    EXPECT_EQ(out.of[direction].size(), 1U);
    return out.of[direction].at(0).at - in.of[direction].at(0).at;
}

struct Range {
    SimTime smallest = core::never;
    SimTime largest{};
    void add(SimTime time) {
        smallest = std::min(smallest, time);
        largest = std::max(largest, time);
    }
};

[[nodiscard]] Range measure(Bench& bench, unsigned direction, SimTime (*moment)(unsigned)) {
    Range range;
    for (const std::uint16_t dwords : std::array<std::uint16_t, 4>{2, 16, 31, 32}) {
        for (unsigned phase = 0; phase < 16; ++phase) {
            direction == 0 ? bench.write_to_device(dwords, moment(phase)) : bench.write_to_root(dwords, moment(phase));
            range.add(direction == 0 ? through(bench.root, bench.device, 0) : through(bench.device, bench.root, 1));
        }
    }
    return range;
}

void print(std::string_view what, const Range& range) {
    fmt::print("{}: {:.2f} to {:.2f} ns\n", what, static_cast<double>(range.smallest.count()) / 1e6,
               static_cast<double>(range.largest.count()) / 1e6);
}

TEST_F(CutThrough, ABridgePairOfTheAsicTakesWhatVendorsSay) {
    for (const unsigned direction : {0U, 1U}) {
        const Range range = measure(*asic, direction, moment);
        print(direction == 0 ? "asic, toward the device" : "asic, toward the root", range);
        EXPECT_GE(range.smallest, 140ns) << "PEX8617, PEX8647: data sheet pages";
        EXPECT_LE(range.largest, 160ns) << "PEX8624: data sheet page";
    }
}

TEST_F(CutThrough, ThePrototypeTakesLonger) {
    const Range range = measure(*prototype, 0, moment);
    print("fpga-prototype, toward the device", range);
    EXPECT_GT(range.smallest, 160ns);
}

TEST_F(CutThrough, TakesAsLongForLongTlpsAsForShortOnes) {
    asic->write_to_device(2, moment(0));
    const SimTime shortest = through(asic->root, asic->device, 0);
    asic->write_to_device(32, moment(0));
    EXPECT_LE(through(asic->root, asic->device, 0) - shortest, 4ns);
    stored->write_to_device(2, moment(0));
    const SimTime shortest_stored = through(stored->root, stored->device, 0);
    stored->write_to_device(32, moment(0));
    EXPECT_GE(through(stored->root, stored->device, 0) - shortest_stored, 26ns)
        << "30 dwords more, at 4 bytes a nanosecond, to the edge before";
}

TEST_F(CutThrough, ABadEndLeavesNullifiedAndTheTlpComesOnceAll) {
    asic->damage.damage_next();
    asic->write_to_device(32, moment(0));
    const auto& out = asic->device.of[0];
    ASSERT_EQ(out.size(), 2U);
    EXPECT_EQ(out[0].fate, pcie::PacketFate::nullified);
    EXPECT_EQ(out[0].reception, pcie::Reception::nullified);
    EXPECT_EQ(out[1].reception, pcie::Reception::accepted);
    EXPECT_EQ(out[0].sequence, out[1].sequence) << "a nullified TLP uses up no number";
    EXPECT_EQ(asic->device.naks, 0U) << "and causes no Nak";
    EXPECT_EQ(asic->platform().device.requests.size(), 1U);
    EXPECT_EQ(asic->platform().link(asic->platform().roots.size()).down().counters().nullified_tlps, 1U);
}

TEST_F(CutThrough, AStoredTlpWithABadEndGoesNowhere) {
    stored->damage.damage_next();
    stored->write_to_device(32, moment(0));
    ASSERT_EQ(stored->device.of[0].size(), 1U);
    EXPECT_EQ(stored->device.of[0][0].reception, pcie::Reception::accepted);
    EXPECT_EQ(stored->platform().device.requests.size(), 1U);
}

TEST_F(CutThrough, OneDwordIsStored) {
    asic->damage.damage_next();
    asic->write_to_device(1, moment(0));
    ASSERT_EQ(asic->device.of[0].size(), 1U);
    EXPECT_EQ(asic->device.of[0][0].reception, pcie::Reception::accepted);
}

} // namespace
} // namespace rootpool::models::test
