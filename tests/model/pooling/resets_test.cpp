// Resets and losses of links at random times under load: every non-posted request of every root and of every function
// of the device ends exactly once, no tag is lost, and roots that are not meant do not notice.
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "reset_load.h"
#include "rootpool/pcie/fault_sources.h"

namespace rootpool::models::test {
namespace {

constexpr unsigned slave = 1; ///< whose reset it is
constexpr unsigned device_link = ResetLoad::roots;
constexpr pcie::Bdf upstream_bridge(1, 0, 1);
constexpr pcie::Bdf downstream_bridge(2, 0, 0);
constexpr std::uint16_t bridge_control = 0x3C;
constexpr std::uint16_t link_control = pooling::BridgeRegisters::pcie + 0x10;
constexpr std::uint16_t function_control = 0xA8; ///< Device Control of PF and VFs of an 82599
constexpr SimTime training = LinkConfig{}.training;

/// Bit errors that can be switched on and off.
class BitErrorsWhenOn : public pcie::FaultSource {
public:
    explicit BitErrorsWhenOn(std::uint64_t seed) : errors_(pcie::bit_error_unit / 100'000, seed) {}
    pcie::PacketFate fate(bool is_tlp, unsigned bytes) override {
        return on ? errors_.fate(is_tlp, bytes) : pcie::PacketFate::intact;
    }
    bool on = false;

private:
    pcie::BitErrors errors_;
};

enum class Event : unsigned {
    none,
    bit_errors,
    function_reset,       ///< by the owner of the VF
    slave_bridge_reset,   ///< secondary bus reset of the bridge above its slot
    slave_upstream_reset, ///< the same of its upstream bridge
    slave_link_disable,
    slave_root_port_reset, ///< the link to the root goes down
    physical_function_reset,
    master_bridge_reset,    ///< hot reset of the device
    master_root_port_reset, ///< reaches the device through the switch
    slave_surprise,         ///< the link to the root goes down by itself
    device_surprise,        ///< the link to the device does
    count
};

struct Expected {
    bool slave_disturbed;
    bool all_disturbed;
    unsigned function_resets; ///< that the device sees, of the slave's VF
};
constexpr std::array<Expected, static_cast<std::size_t>(Event::count)> expectations = {{
    {false, false, 0},
    {false, false, 0},
    {true, false, 1},
    {true, false, 1},
    {true, false, 1},
    {true, false, 1},
    {true, false, 1},
    {true, true, 0},
    {true, true, 0},
    {true, true, 0},
    {true, false, 1},
    {true, true, 0},
}};

/// Links go down by themselves at set times only: one of the device in the first half of each period, one of the slave
/// in the second.
constexpr SimTime surprise_period = 20ms;
constexpr SimTime surprise_margin = 2ms; ///< longer than a seed takes
constexpr unsigned surprises = 2000;

std::vector<core::TimeSpan> down_times(SimTime phase) {
    std::vector<core::TimeSpan> times;
    for (unsigned number = 1; number <= surprises; ++number) {
        const SimTime from = surprise_period * number + phase;
        times.push_back({from, from + 3us * (1 + number % 10)});
    }
    return times;
}
/// When the next down time begins, or the one that is still there did.
SimTime next_surprise(SimTime phase) {
    constexpr SimTime longest = 40us;
    return std::max(surprise_period, core::align_up(std::max(now() - phase - longest, SimTime{0}), surprise_period)) +
           phase;
}
constexpr SimTime slave_phase = surprise_period / 2;

class Resets : public testing::Test {
protected:
    static void SetUpTestSuite() {
        platform = std::make_unique<PooledPlatform>("resets", PlatformConfig{.roots = ResetLoad::roots});
        for (unsigned link = 0; link <= device_link; ++link) {
            for (auto* direction : {&down, &up}) {
                direction->push_back(std::make_unique<BitErrorsWhenOn>(2 * link + (direction == &up ? 1 : 0)));
            }
            platform->link(link).set_faults(down[link].get(), up[link].get());
        }
        platform->link(device_link).set_down_times(down_times(SimTime{0}));
        platform->link(slave).set_down_times(down_times(slave_phase));
        load = std::make_unique<ResetLoad>(*platform);
        platform->bring_up();
    }
    static void TearDownTestSuite() {
        load.reset();
        platform.reset();
    }

    static void set_bit_errors(bool on) {
        for (unsigned link = 0; link <= device_link; ++link) {
            down[link]->on = on;
            up[link]->on = on;
        }
    }
    static void write_bridge_control(unsigned root, pcie::Bdf bridge, bool reset) {
        load->write(root, bridge, bridge_control, reset ? 0x0040'0000 : 0, 0xC);
    }
    static void begin(Event event) {
        switch (event) {
        case Event::bit_errors:
            set_bit_errors(true);
            break;
        case Event::function_reset:
            load->write(slave, PooledPlatform::slot, function_control, 0x8000, 0x3);
            break;
        case Event::slave_bridge_reset:
            write_bridge_control(slave, downstream_bridge, true);
            break;
        case Event::slave_upstream_reset:
            write_bridge_control(slave, upstream_bridge, true);
            break;
        case Event::slave_link_disable:
            load->write(slave, downstream_bridge, link_control, 0x10, 0x3);
            break;
        case Event::slave_root_port_reset:
            platform->roots[slave]->port.hold_reset(true);
            break;
        case Event::physical_function_reset:
            load->write(ResetLoad::master, PooledPlatform::slot, function_control, 0x8000, 0x3);
            break;
        case Event::master_bridge_reset:
            write_bridge_control(ResetLoad::master, downstream_bridge, true);
            break;
        case Event::master_root_port_reset:
            platform->roots[ResetLoad::master]->port.hold_reset(true);
            break;
        default:
            break;
        }
    }
    static void end(Event event) {
        switch (event) {
        case Event::bit_errors:
            set_bit_errors(false);
            break;
        case Event::slave_bridge_reset:
            write_bridge_control(slave, downstream_bridge, false);
            break;
        case Event::slave_upstream_reset:
            write_bridge_control(slave, upstream_bridge, false);
            break;
        case Event::slave_link_disable:
            load->write(slave, downstream_bridge, link_control, 0, 0x3);
            break;
        case Event::slave_root_port_reset:
            platform->roots[slave]->port.hold_reset(false);
            break;
        case Event::master_bridge_reset:
            write_bridge_control(ResetLoad::master, downstream_bridge, false);
            break;
        case Event::master_root_port_reset:
            platform->roots[ResetLoad::master]->port.hold_reset(false);
            break;
        default:
            break;
        }
    }
    static void step(std::mt19937& random, unsigned steps) {
        for (unsigned left = steps; left != 0; --left) {
            load->step(random);
            PooledPlatform::run_for(
                SimTime{static_cast<std::int64_t>(50'000'000 + random() % 400'000'000)}); // 50 ns up
        }
    }
    [[nodiscard]] static SimTime next_surprise_of_any() {
        return std::min(next_surprise(SimTime{0}), next_surprise(slave_phase));
    }
    static void pass_next_surprise() {
        PooledPlatform::run_for(next_surprise_of_any() + 200us - now());
        platform->set_up_again();
    }
    /// To a moment shortly before the surprise that is the event, or where there is none for a while.
    static void go_to(Event event, std::mt19937& random) {
        while (next_surprise_of_any() < now() + surprise_margin) {
            pass_next_surprise();
        }
        if (event == Event::slave_surprise || event == Event::device_surprise) {
            const SimTime phase = event == Event::slave_surprise ? slave_phase : SimTime{0};
            while (next_surprise_of_any() != next_surprise(phase)) {
                pass_next_surprise();
            }
            const SimTime early{static_cast<std::int64_t>(random() % 4'000) * 1'000'000};
            PooledPlatform::run_for(next_surprise(phase) - early - now());
        }
    }
    static void run(Event event, unsigned seed);
    [[nodiscard]] static std::uint64_t tlps_on_links() {
        std::uint64_t sum = 0;
        for (unsigned link = 0; link <= device_link; ++link) {
            sum += platform->link(link).down().counters().tlps + platform->link(link).up().counters().tlps;
        }
        return sum;
    }
    static void expect_ends(Event event);
    static void expect_max_payload();

    static std::unique_ptr<PooledPlatform> platform;
    static std::unique_ptr<ResetLoad> load;
    static std::vector<std::unique_ptr<BitErrorsWhenOn>> down;
    static std::vector<std::unique_ptr<BitErrorsWhenOn>> up;
};
std::unique_ptr<PooledPlatform> Resets::platform;
std::unique_ptr<ResetLoad> Resets::load;
std::vector<std::unique_ptr<BitErrorsWhenOn>> Resets::down;
std::vector<std::unique_ptr<BitErrorsWhenOn>> Resets::up;

void Resets::run(Event event, unsigned seed) {
    std::mt19937 random(seed);
    go_to(event, random);
    load->clear();
    step(random, 1 + static_cast<unsigned>(random() % 20));
    begin(event);
    step(random, 20);
    end(event);
    step(random, 10);
    PooledPlatform::run_for(10us);
    load->collect();
    load->time_out();
    PooledPlatform::run_for(training + 100us);
    load->collect();
    EXPECT_EQ(platform->multi_root_switch.engine(pooling::DeviceIndex(0)).outstanding(), 0U) << "a tag is lost";
    expect_ends(event);
    platform->set_up_again();
    expect_max_payload();
}

/// The payload that the physical function is set to, 128 bytes, is what every slave's software may set its functions
/// to: the device does not take more.
void Resets::expect_max_payload() {
    for (unsigned root = 1; root < ResetLoad::roots; ++root) {
        const std::uint32_t capabilities =
            platform->config_read(root, downstream_bridge, pooling::BridgeRegisters::device_capabilities);
        EXPECT_EQ(capabilities & 7U, 0U) << "maximum payload that the bridge advertises to root " << root;
    }
}

void Resets::expect_ends(Event event) {
    const Expected& expected = expectations[static_cast<std::size_t>(event)];
    const std::vector<unsigned> resets(expected.function_resets, slave - 1);
    EXPECT_EQ(load->functions_reset, resets);
    for (unsigned root = 0; root < ResetLoad::roots; ++root) {
        const bool disturbed = expected.all_disturbed || (root == slave && expected.slave_disturbed);
        for (const RequestLedger* ledger : {&load->of_roots[root], &load->of_functions[root]}) {
            const RequestEnds& ends = ledger->ends;
            const bool of_root = ledger == &load->of_roots[root];
            SCOPED_TRACE((of_root ? "root " : "function of root ") + std::to_string(root));
            EXPECT_EQ(ends.wrong, 0U);
            EXPECT_EQ(ends.made, ends.ended());
            EXPECT_EQ(ends.unexpected, 0U) << "a completion came twice, or to another";
            if (!disturbed) {
                EXPECT_EQ(ends.as_meant, ends.made) << "somebody else's reset shows";
            }
        }
    }
}

void print(std::string_view who, const RequestEnds& of) {
    fmt::print(
        "{:<10} {} requests: {} answered, {} refused, {} poisoned, {} timed out, {} given up; {} completions too "
        "late\n",
        who, of.made, of.answered, of.refused, of.poisoned, of.timed_out, of.given_up, of.late);
}

TEST_F(Resets, EveryRequestEndsOnceAndOtherRootsDoNotNotice) {
    const char* wanted = std::getenv("RESET_SEEDS");
    const unsigned seeds = wanted == nullptr ? 300 : static_cast<unsigned>(std::strtoul(wanted, nullptr, 10));
    std::array<RequestEnds, 2> sum{}; // of roots, of functions
    for (unsigned seed = 0; seed < seeds && !HasFailure(); ++seed) {
        const auto event = static_cast<Event>(seed % static_cast<unsigned>(Event::count));
        SCOPED_TRACE("seed " + std::to_string(seed) + ", event " + std::to_string(static_cast<unsigned>(event)));
        run(event, seed);
        for (unsigned root = 0; root < ResetLoad::roots; ++root) {
            sum[0] += load->of_roots[root].ends;
            sum[1] += load->of_functions[root].ends;
        }
    }
    print("roots", sum[0]);
    print("functions", sum[1]);
    const std::uint64_t tlps = tlps_on_links();
    fmt::print("{} TLPs on links\n", tlps);
    EXPECT_GE(tlps, 1'000 * seeds) << "no load";
    for (const RequestEnds& of : sum) {
        for (const std::uint64_t count : {of.answered, of.refused, of.poisoned, of.timed_out, of.late}) {
            EXPECT_GT(count, seeds) << "hardly ever seen";
        }
    }
    EXPECT_GT(sum[1].given_up, seeds / 2) << "resets hit nothing";
}

} // namespace
} // namespace rootpool::models::test
