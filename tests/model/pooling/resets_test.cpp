// Resets and losses of links at random times under load: every non-posted request of every root and of every function
// of the device ends exactly once, no tag is lost, and roots that are not meant do not notice. No answer has only what
// was outstanding during the reset.
#include <array>
#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "reset_events.h"
#include "reset_load.h"

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
    static void settle();
    template <typename Check>
    static void for_each_ledger(Check check);
    static void expect_ends(Event event);
    static void use_before_set_up(std::mt19937& random);
    static void expect_max_payload();
    static void use_after_set_up(std::mt19937& random);

    static std::unique_ptr<PooledPlatform> platform;
    static std::unique_ptr<ResetLoad> load;
    static std::vector<std::unique_ptr<BitErrorsWhenOn>> down;
    static std::vector<std::unique_ptr<BitErrorsWhenOn>> up;
    static std::array<RequestEnds, 2> totals; ///< of roots, of functions
};
std::unique_ptr<PooledPlatform> Resets::platform;
std::unique_ptr<ResetLoad> Resets::load;
std::vector<std::unique_ptr<BitErrorsWhenOn>> Resets::down;
std::vector<std::unique_ptr<BitErrorsWhenOn>> Resets::up;
std::array<RequestEnds, 2> Resets::totals;

void Resets::run(Event event, unsigned seed) {
    std::mt19937 random(seed);
    go_to(event, random);
    load->clear();
    // What is outstanding during the reset may have no answer; with a link that trains, all to the end of the load.
    core::TimeSpan disturbed{next_surprise_of_any(), core::never};
    load->excuse(disturbed);
    step(random, 1 + static_cast<unsigned>(random() % 20));
    disturbed.from = std::min(disturbed.from, now());
    load->excuse(disturbed);
    begin(event);
    step(random, 20);
    end(event);
    if (!expectations[static_cast<std::size_t>(event)].link_trains) {
        step(random, 4); // the command is there
        disturbed.until = now();
        load->excuse(disturbed);
    }
    step(random, 10);
    settle();
    expect_ends(event);
    use_before_set_up(random);
    platform->set_up_again();
    expect_max_payload();
    use_after_set_up(random);
}

/// All that ends by itself has ended; then the rest times out, and what is late comes.
void Resets::settle() {
    PooledPlatform::run_for(10us);
    load->collect();
    load->time_out();
    PooledPlatform::run_for(training + 100us);
    load->collect();
    EXPECT_EQ(platform->multi_root_switch.engine(pooling::DeviceIndex(0)).outstanding(), 0U) << "a tag is lost";
    for (unsigned root = 0; root < ResetLoad::roots; ++root) {
        totals[0] += load->of_roots[root].ends;
        totals[1] += load->of_functions[root].ends;
    }
}

template <typename Check>
void Resets::for_each_ledger(Check check) {
    for (unsigned root = 0; root < ResetLoad::roots; ++root) {
        for (const RequestLedger* ledger : {&load->of_roots[root], &load->of_functions[root]}) {
            const bool of_root = ledger == &load->of_roots[root];
            SCOPED_TRACE((of_root ? "root " : "function of root ") + std::to_string(root));
            EXPECT_EQ(ledger->ends.wrong, 0U);
            EXPECT_EQ(ledger->ends.unexpected, 0U) << "a completion came twice, or to another";
            check(root, ledger->ends);
        }
    }
}

void Resets::expect_ends(Event event) {
    const Expected& expected = expectations[static_cast<std::size_t>(event)];
    const std::vector<unsigned> resets(expected.function_resets, slave - 1);
    EXPECT_EQ(load->functions_reset, resets);
    for_each_ledger([&expected](unsigned root, const RequestEnds& ends) {
        const bool disturbed = expected.all_disturbed || (root == slave && expected.slave_disturbed);
        if (disturbed) {
            EXPECT_EQ(ends.undue, 0U) << "not as meant, though not outstanding during the reset";
        } else {
            EXPECT_EQ(ends.as_meant, ends.made) << "somebody else's reset shows";
        }
    });
}

/// Links and bridges are there again, but software has not set them up: each request has an answer, whichever.
void Resets::use_before_set_up(std::mt19937& random) {
    load->clear();
    load->excuse({SimTime{0}, SimTime{0}});
    step(random, 5);
    settle();
    for_each_ledger(
        [](unsigned /*root*/, const RequestEnds& ends) { EXPECT_EQ(ends.undue, 0U) << "no answer after the reset"; });
}

void Resets::use_after_set_up(std::mt19937& random) {
    load->clear();
    load->start_functions();
    step(random, 5);
    settle();
    for_each_ledger([](unsigned /*root*/, const RequestEnds& ends) {
        EXPECT_EQ(ends.as_meant, ends.made) << "the reset shows after software has set up everything again";
    });
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

void print(std::string_view who, const RequestEnds& of) {
    fmt::print(
        "{:<10} {} requests: {} answered, {} refused, {} poisoned, {} timed out, {} given up; {} completions too "
        "late\n",
        who, of.made, of.answered, of.refused, of.poisoned, of.timed_out, of.given_up, of.late);
}

TEST_F(Resets, EveryRequestEndsOnceAndOtherRootsDoNotNotice) {
    const char* wanted = std::getenv("RESET_SEEDS");
    const unsigned seeds = wanted == nullptr ? 300 : static_cast<unsigned>(std::strtoul(wanted, nullptr, 10));
    for (unsigned seed = 0; seed < seeds && !HasFailure(); ++seed) {
        const auto event = static_cast<Event>(seed % static_cast<unsigned>(Event::count));
        SCOPED_TRACE("seed " + std::to_string(seed) + ", event " + std::to_string(static_cast<unsigned>(event)));
        run(event, seed);
    }
    print("roots", totals[0]);
    print("functions", totals[1]);
    const std::uint64_t tlps = tlps_on_links();
    fmt::print("{} TLPs on links\n", tlps);
    EXPECT_GE(tlps, 1'000 * seeds) << "no load";
    for (const RequestEnds& of : totals) {
        for (const std::uint64_t count : {of.answered, of.refused, of.poisoned, of.timed_out, of.late}) {
            EXPECT_GT(count, seeds) << "hardly ever seen";
        }
    }
    EXPECT_GT(totals[1].given_up, seeds / 2) << "resets hit nothing";
}

} // namespace
} // namespace rootpool::models::test
