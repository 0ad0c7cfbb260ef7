#include <algorithm>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <utility>

#include "tests/unit/host/nic_machine.h"

namespace rootpool::host::test {
namespace {

namespace reg = nic::reg;

/// Resets of a VF and of its PF, with both drivers and the device's registers between them.
class VfReset : public ::testing::Test {
protected:
    static constexpr std::uint16_t device_control = 0xA8;
    static constexpr std::uint16_t initiate_flr = 0x8000;

    void SetUp() override {
        machine_.device.set_link(true);
        machine_.start_pf(2);
    }
    std::unique_ptr<IxgbevfDriver> driver(unsigned vf) {
        IxgbeSettings settings;
        settings.mac_seed = vf;
        return std::make_unique<IxgbevfDriver>(machine_.environment(), machine_.vf_device(vf), settings,
                                               "eth" + std::to_string(1 + vf));
    }
    std::unique_ptr<IxgbevfDriver> opened(unsigned vf) {
        auto result = driver(vf);
        if (!result->probe() || !open(*result)) {
            throw std::runtime_error("the VF did not start");
        }
        return result;
    }
    bool open(IxgbevfDriver& driver) { return driver.open({queue_, other_}); }
    bool open_pf() { return machine_.pf->open({machine_.pf_queue, machine_.pf_other}); }
    /// The 2 s timer of the driver, `rounds` times.
    void timer(IxgbevfDriver& driver, unsigned rounds) {
        for (unsigned i = 0; i < rounds; ++i) {
            driver.service();
            machine_.sleeper.sleep(2s);
        }
    }
    void function_level_reset(unsigned vf) {
        machine_.device.functions().write(nic::function_of(pcie::VfIndex(static_cast<std::uint16_t>(vf))),
                                          machine_.vf_device(vf).bdf, device_control, initiate_flr, 0xF);
    }
    [[nodiscard]] std::uint32_t device(std::uint32_t offset) {
        return machine_.read32(machine_.pf_device().bars[0].address + offset);
    }
    /// Reset messages that the PF got from the VF.
    [[nodiscard]] auto resets_of(unsigned vf) const {
        const std::string text = "VF Reset msg received from vf " + std::to_string(vf);
        return std::count_if(machine_.log.lines.begin(), machine_.log.lines.end(),
                             [&text](const std::string& line) { return line.find(text) != std::string::npos; });
    }
    void expect_working(const IxgbevfDriver& driver, unsigned vf) {
        EXPECT_TRUE(driver.is_open());
        EXPECT_TRUE(driver.link_up());
        EXPECT_TRUE(machine_.device.pool_receives(vf));
        EXPECT_TRUE(machine_.device.queue_transmits(2 * vf));
        EXPECT_EQ(machine_.device.rx_ring(2 * vf).available(), 511U);
        EXPECT_TRUE(machine_.device.tx_ring(2 * vf).enabled);
        EXPECT_EQ(device(reg::RAH(127 - vf)) & nic::RAH_AV, nic::RAH_AV);
        EXPECT_EQ(device(reg::PVTEIMS(vf)), 3U);
    }
    void expect_closed(unsigned vf) const {
        EXPECT_FALSE(machine_.device.pool_receives(vf));
        EXPECT_FALSE(machine_.device.queue_transmits(2 * vf));
    }

    NicMachine machine_;
    CountingHandler queue_;
    CountingHandler other_;
};

TEST_F(VfReset, OpensAndClosesAgainAndAgain) {
    const auto vf = opened(0);
    const MacAddress mac = vf->mac();
    for (unsigned round = 1; round <= 4; ++round) {
        expect_working(*vf, 0);
        EXPECT_EQ(resets_of(0), round);
        vf->close();
        EXPECT_FALSE(vf->is_open());
        ASSERT_TRUE(open(*vf));
    }
    EXPECT_EQ(vf->mac(), mac);
    EXPECT_EQ(vf->api_version(), 4U) << "agreed anew";
}

TEST_F(VfReset, ReopeningOneVfDoesNotDisturbTheOther) {
    const auto first = opened(0);
    const auto second = opened(1);
    first->close();
    timer(*second, 2);
    ASSERT_TRUE(open(*first));
    timer(*second, 2);
    expect_working(*first, 0);
    expect_working(*second, 1);
    EXPECT_EQ(resets_of(0), 2);
    EXPECT_EQ(resets_of(1), 1);
    EXPECT_NE(first->mac(), second->mac());
}

TEST_F(VfReset, ANewDriverTakesTheVfOverAfterAFunctionLevelReset) {
    opened(0)->remove();
    function_level_reset(0);
    expect_closed(0);
    machine_.sleeper.sleep(1ms);
    const auto vf = opened(0);
    expect_working(*vf, 0);
    EXPECT_EQ(resets_of(0), 2);
}

TEST_F(VfReset, NothingOfTheVfRunsBetweenItsResetAndThePfsAnswer) {
    const auto vf = opened(0);
    function_level_reset(0);
    expect_closed(0);
    EXPECT_EQ(machine_.device.rx_ring(0).available(), 0U);
    machine_.sleeper.sleep(1ms);
    expect_closed(0);
    EXPECT_EQ(device(reg::VFLRE(0)), 0U) << "the PF saw it";
    EXPECT_EQ(device(reg::RAH(127)) & nic::RAH_AV, 0U) << "and took the address away";
}

TEST_F(VfReset, EveryOpenVfComesBackAfterAResetOfThePf) {
    const auto first = opened(0);
    const auto second = opened(1);
    machine_.pf->close();
    ASSERT_TRUE(open_pf());
    expect_closed(0);
    expect_closed(1);
    for (unsigned i = 0; i < 2; ++i) { // the first round finds the PF silent, the second refused
        timer(*first, 1);
        timer(*second, 1);
    }
    expect_working(*first, 0);
    expect_working(*second, 1);
    EXPECT_EQ(resets_of(0), 2);
    EXPECT_EQ(resets_of(1), 2);
    timer(*first, 3);
    EXPECT_EQ(resets_of(0), 2) << "once is enough";
}

TEST_F(VfReset, AnOpenVfWaitsForAPfThatStaysDown) {
    const auto vf = opened(0);
    machine_.pf->close();
    timer(*vf, 5);
    EXPECT_FALSE(vf->link_up());
    EXPECT_TRUE(vf->is_open());
    EXPECT_EQ(resets_of(0), 1);
    ASSERT_TRUE(open_pf());
    timer(*vf, 2);
    expect_working(*vf, 0);
}

TEST_F(VfReset, AVfThatWasClosedWhileThePfWasResetOpens) {
    const auto vf = opened(0);
    vf->close();
    machine_.pf->close();
    ASSERT_TRUE(open_pf());
    ASSERT_TRUE(open(*vf));
    expect_working(*vf, 0);
}

TEST_F(VfReset, WhileThePfIsInResetNoMessageIsSent) {
    machine_.pf->close();
    const auto vf = driver(0);
    const SimTime before = machine_.sleeper.now();
    EXPECT_TRUE(vf->probe());
    EXPECT_TRUE(machine_.log.has("PF still in reset state.  Is the PF interface up?"));
    EXPECT_EQ(machine_.sleeper.now() - before, SimTime(200 * 5us));
    EXPECT_EQ(device(reg::PFMBICR(0)), 0U);
    EXPECT_FALSE(open(*vf));
    ASSERT_TRUE(open_pf());
    EXPECT_TRUE(open(*vf));
    expect_working(*vf, 0);
}

TEST_F(VfReset, APfThatComesUpWhileTheVfWaitsIsInTime) {
    machine_.pf->close();
    const SimTime start = machine_.sleeper.now();
    bool came_up = false;
    machine_.sleeper.while_asleep = [this, start, &came_up] {
        if (!came_up && machine_.sleeper.now() >= start + 300us) {
            came_up = true;
            ASSERT_TRUE(open_pf());
        }
        machine_.serve();
    };
    const auto vf = opened(0);
    EXPECT_TRUE(came_up);
    EXPECT_FALSE(machine_.log.has("PF still in reset state"));
    expect_working(*vf, 0);
}

TEST_F(VfReset, AVfWhosePfDidNotAnswerResetsWhenItIsBack) {
    const auto vf = opened(0);
    const auto serving = std::exchange(machine_.sleeper.while_asleep, nullptr);
    EXPECT_FALSE(vf->set_mac({0x02, 1, 2, 3, 4, 5}));
    machine_.sleeper.while_asleep = serving;
    machine_.sleeper.sleep(1ms);
    EXPECT_EQ(resets_of(0), 1);
    timer(*vf, 2);
    EXPECT_EQ(resets_of(0), 2);
    expect_working(*vf, 0);
    EXPECT_TRUE(vf->set_mac({0x02, 1, 2, 3, 4, 5}));
}

} // namespace
} // namespace rootpool::host::test
