#include <algorithm>

#include <gmock/gmock.h>

#include "rootpool/scenario/parse.h"
#include "tests/unit/scenario/scripts.h"

namespace rootpool::scenario {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Config config_of(std::string_view text, std::vector<std::string> overrides = {}) {
    return parse(text, "file.yaml", overrides).config;
}

std::string refusal(std::string_view text, std::vector<std::string> overrides) {
    try {
        static_cast<void>(parse(text, "file.yaml", overrides));
        return {};
    } catch (const ScenarioError& error) {
        return error.what();
    }
}

TEST(Parse, TopologyIsResolvedToIndices) {
    const Config config = config_of(test::pooled_script);
    ASSERT_EQ(config.servers.size(), 3U);
    ASSERT_EQ(config.devices.size(), 2U);
    ASSERT_TRUE(config.multi_root_switch);
    EXPECT_THAT(config.multi_root_switch->upstream, ElementsAre(ServerId{0}, ServerId{1}));
    EXPECT_THAT(config.multi_root_switch->downstream, ElementsAre(DeviceId{0}));
    EXPECT_EQ(config.multi_root_switch->root_of(ServerId{1}), pcie::RootId{1});
    EXPECT_EQ(config.multi_root_switch->root_of(ServerId{2}), std::nullopt);
    EXPECT_EQ(config.multi_root_switch->port_of(DeviceId{1}), std::nullopt);
    EXPECT_EQ(config.multi_root_switch->return_route, ReturnRoute::completer_id);
    EXPECT_EQ(config.devices[1].attach, ServerId{2});
    ASSERT_EQ(config.cables.size(), 1U);
    EXPECT_EQ(config.cables[0].a, DeviceId{0});
    EXPECT_EQ(config.cables[0].b, DeviceId{1});
}

TEST(Parse, DeviceHasALinkOfItsOwn) {
    const Config config = config_of(test::pooled_script, {"topology.devices.nic0.link={generation: 1, width: 4}"});
    EXPECT_EQ(config.devices[0].link.generation, 1U);
    EXPECT_EQ(config.devices[0].link.width, 4U);
    EXPECT_EQ(config.devices[1].link.generation, 2U);
    EXPECT_EQ(config.devices[1].link.width, 8U);
    EXPECT_EQ(config.servers[0].link.width, 8U);
    EXPECT_THAT(refusal(test::pooled_script, {"topology.devices.nic0.link.width=3"}),
                HasSubstr("key 'topology.devices.nic0.link.width'; accepted: 1, 2, 4, 8 or 16"));
}

TEST(Parse, StreamsOfStepsThatFollowEachOtherAreNotAddedUp) {
    const Config config = config_of(
        test::replaced(test::pooled_script, "expect:\n",
                       "  - iperf: {name: again, client: server2.vf0, server: server3, duration: 1 s, streams: 48}\n"
                       "expect:\n"),
        {"timeline[3].iperf.streams=48"});
    EXPECT_EQ(std::get<Iperf>(config.timeline[4].action).streams, 48U);
}

TEST(Parse, InterfacesUpToTheLastInterruptVectorAreAccepted) {
    const std::string two_devices =
        test::replaced(test::pooled_script, "    nic3:", "    nic1: {model: intel-82599}\n    nic3:");
    const std::string assigned = test::replaced(two_devices, "vfs: 0-3, to: server2}\n",
                                                "vfs: 0-62, to: server2}\n"
                                                "  - assign: {device: nic1, vfs: 0-32, to: server2}\n");
    const Config config = config_of(assigned, {"topology.switch.downstream=[nic0, nic1]", "topology.switch.ari=on"});
    EXPECT_EQ(std::ranges::count(config.interfaces, ServerId{1}, &InterfaceConfig::server), 96);
}

TEST(Parse, DefaultsAreFilledIn) {
    const Config config = config_of(test::pooled_script);
    EXPECT_EQ(config.seed, 1U);
    EXPECT_EQ(config.servers[0].link.generation, 2U);
    EXPECT_EQ(config.servers[0].link.width, 8U);
    EXPECT_EQ(config.servers[0].memory, 8ULL << 30U);
    EXPECT_TRUE(config.servers[0].tcp.timestamps);
    EXPECT_EQ(config.cables[0].delay, SimTime{15ns});
    EXPECT_TRUE(config.devices[0].errata.vf_completer_id);
}

TEST(Parse, DeviceEnablesTheVfsThatTheTimelineAssigns) {
    EXPECT_EQ(config_of(test::pooled_script).devices[0].vfs, 4U);
    EXPECT_EQ(config_of(test::pooled_script).devices[1].vfs, 0U);
    EXPECT_EQ(config_of(test::pooled_script, {"topology.devices.nic0.vfs=63"}).devices[0].vfs, 63U);
}

TEST(Parse, InterfacesFollowOwnershipAndGetAddresses) {
    const Config config = config_of(test::replaced(test::pooled_script, "vfs: 0-3", "vfs: [0, 2]"));
    ASSERT_EQ(config.interfaces.size(), 4U);
    EXPECT_EQ(config.interfaces[0].name, "server1.pf");
    EXPECT_EQ(config.interfaces[1].name, "server2.vf0");
    EXPECT_EQ(config.interfaces[1].vf, pcie::VfIndex{0});
    EXPECT_EQ(config.interfaces[2].name, "server2.vf1");
    EXPECT_EQ(config.interfaces[2].vf, pcie::VfIndex{2});
    EXPECT_EQ(config.interfaces[3].name, "server3.pf");
    EXPECT_EQ(config.interfaces[3].device, DeviceId{1});
    EXPECT_EQ(to_string(config.interfaces[2].address), "10.0.2.2");
}

TEST(Parse, GivenAddressIsTaken) {
    const Config config = config_of(test::pooled_script, {"topology.servers.server2.ip.vf1=10.0.9.9"});
    EXPECT_EQ(to_string(config.interfaces[2].address), "10.0.9.9");
}

TEST(Parse, VfsOfAnAttachedDeviceBelongToItsServer) {
    const Config config = config_of(test::pooled_script, {"topology.devices.nic3.vfs=2"});
    EXPECT_EQ(config.interfaces.back().name, "server3.vf1");
    EXPECT_EQ(config.interfaces.back().vf, pcie::VfIndex{1});
}

TEST(Parse, TimelineKeepsItsOrder) {
    const Config config = config_of(test::pooled_script);
    ASSERT_EQ(config.timeline.size(), 4U);
    EXPECT_THAT(std::get<PowerOn>(config.timeline[0].action).servers, ElementsAre(ServerId{0}, ServerId{2}));
    const auto& assign = std::get<Assign>(config.timeline[1].action);
    EXPECT_THAT(assign.vfs, ElementsAre(pcie::VfIndex{0}, pcie::VfIndex{1}, pcie::VfIndex{2}, pcie::VfIndex{3}));
    EXPECT_EQ(assign.to, ServerId{1});
    const auto& iperf = std::get<Iperf>(config.timeline[3].action);
    EXPECT_EQ(iperf.name, "server2");
    EXPECT_EQ(config.interface(iperf.client).name, "server2.vf0");
    EXPECT_EQ(config.interface(iperf.server).name, "server3.pf");
    EXPECT_EQ(iperf.duration, SimTime{1s});
    EXPECT_EQ(iperf.size, 131'072U);
}

TEST(Parse, ParallelStepsKeepTheirOwnNames) {
    const Config config = config_of(
        test::replaced(test::pooled_script, "  - iperf: {client: server2.vf0, server: server3, duration: 1 s}\n",
                       "  - parallel:\n"
                       "      - iperf: {client: server2.vf0, server: server3, duration: 1 s}\n"
                       "      - iperf: {name: back, client: server3, server: server2.vf1, duration: 1 s, protocol: "
                       "udp, rate: 5 Gb/s}\n"
                       "      - wait: 10 ms\n"));
    const auto& steps = std::get<Parallel>(config.timeline[3].action).steps;
    ASSERT_EQ(steps.size(), 3U);
    const auto& udp = std::get<Iperf>(steps[1].action);
    EXPECT_EQ(udp.name, "back");
    EXPECT_EQ(udp.rate, 5'000'000'000U);
    EXPECT_EQ(udp.size, 1470U);
    EXPECT_EQ(std::get<Wait>(steps[2].action).duration, SimTime{10ms});
}

TEST(Parse, CpuProfileChangesOnlyWhatItNames) {
    const Config config =
        config_of(test::replaced(test::pooled_script, "timeline:\n",
                                 "cpu_profiles: {slow: {interrupt: 2.5 us, copy_per_byte: 0.3 ns/B, cores: 2}}\n"
                                 "timeline:\n"),
                  {"topology.servers.server2.cpu=slow"});
    const host::CpuProfile& base = config.servers[0].cpu;
    const host::CpuProfile& slow = config.servers[1].cpu;
    EXPECT_EQ(slow.interrupt, SimTime{2500ns});
    EXPECT_EQ(slow.copy_per_byte, SimTime{300'000});
    EXPECT_EQ(slow.cores, 2U);
    EXPECT_EQ(slow.poll, base.poll);
    EXPECT_NE(slow.interrupt, base.interrupt);
}

TEST(Parse, ExpectationsAreInBaseUnits) {
    const Config config = config_of(test::pooled_script);
    ASSERT_EQ(config.expectations.size(), 1U);
    EXPECT_EQ(config.expectations[0].dimension, Dimension::data_rate);
    EXPECT_DOUBLE_EQ(config.expectations[0].near.value(), 9.39e9);
    EXPECT_DOUBLE_EQ(config.expectations[0].within, 9.39e9 * 0.005);
    EXPECT_EQ(config.expectations[0].condition, "near 9.39 Gb/s within 0.5 %");
}

TEST(Parse, MoreThanEightVfsBelowOneSlotNeedAri) {
    const std::string nine = test::replaced(test::pooled_script, "vfs: 0-3", "vfs: 0-8");
    EXPECT_THAT(refusal(nine, {}), HasSubstr("9 functions in one slot"));
    EXPECT_EQ(config_of(nine, {"topology.switch.ari=on"}).devices[0].vfs, 9U);
}

TEST(Parse, FunctionsOfOneCabledDeviceReachEachOther) {
    const Config config = config_of(test::pooled_script, {"timeline[3].iperf.server=server1"});
    const auto& iperf = std::get<Iperf>(config.timeline[3].action);
    EXPECT_EQ(config.interface(iperf.client).device, config.interface(iperf.server).device);
}

TEST(Override, ChangesOneValue) {
    EXPECT_EQ(config_of(test::pooled_script, {"topology.servers.server1.max_payload=128 B"}).servers[0].max_payload,
              128U);
    const Config by_index = config_of(test::pooled_script, {"timeline.3.iperf.duration=20 ms"});
    EXPECT_EQ(std::get<Iperf>(by_index.timeline[3].action).duration, SimTime{20ms});
}

TEST(Override, TakesListsAndMaps) {
    const Config config =
        config_of(test::pooled_script, {"timeline[1].assign.vfs=[0, 5]", "topology.servers.server2.link={width: 4}"});
    EXPECT_EQ(std::get<Assign>(config.timeline[1].action).vfs.back(), pcie::VfIndex{5});
    EXPECT_EQ(config.servers[1].link.width, 4U);
}

TEST(Override, LaterOneWins) { EXPECT_EQ(config_of(test::pooled_script, {"seed=5", "seed=6"}).seed, 6U); }

TEST(Override, ErrorNamesTheOption) {
    EXPECT_THAT(refusal(test::pooled_script, {"seed=x"}),
                testing::StartsWith("--set seed=x: 'x' is not a whole number"));
    EXPECT_THAT(refusal(test::pooled_script, {"topology.servers.server1.cup=x"}), HasSubstr("did you mean 'cpu'?"));
    EXPECT_THAT(refusal(test::pooled_script, {"topology.switch.master=server3"}),
                testing::StartsWith("--set topology.switch.master"));
}

TEST(Override, ErrorNamesTheBeginningOfALongOption) {
    const std::string refused = refusal(test::pooled_script, {"topology.cables=[1" + std::string(5000, ' ') + "]"});
    EXPECT_THAT(refused, testing::StartsWith("--set topology.cables=[1"));
    EXPECT_LT(refused.size(), 500U);
}

TEST(Override, WithoutValueIsCalledSo) {
    for (const char* option : {"topology=", "expect=~", "seed= ", "seed=# 5"}) {
        EXPECT_THAT(refusal(test::pooled_script, {option}), HasSubstr(": no value after '='")) << option;
    }
}

TEST(Override, WhatIsNotPathAndValueIsRefused) {
    for (const char* option : {"", "=", "seed", "=5", "seed=", "seed=[", "seed.x=1", "timeline[99].wait=1 s",
                               "timeline.x=1", "timeline[-1].wait=1 s", "seed=a: b: c"}) {
        EXPECT_NE(refusal(test::pooled_script, {option}), "") << option;
    }
}

TEST(Override, PathWithAnEmptyPartOrABracketTooManyIsRefused) {
    for (const char* path : {"topology..seed", ".seed", "seed.", "timeline[].wait", "timeline[3", "timeline3]",
                             "timeline[3]iperf", "timeline.[3]", "timeline[[3]]", "[0]"}) {
        EXPECT_THAT(refusal(test::pooled_script, {std::string(path) + "=1"}),
                    HasSubstr("is empty or lacks a bracket; accepted: keys with '.'"))
            << path;
    }
}

TEST(Resolved, IsAScriptThatMeansTheSame) {
    const Script first = parse(test::pooled_script, "file.yaml");
    const Script second = parse(first.resolved, "resolved.yaml");
    EXPECT_EQ(first.resolved, second.resolved);
    EXPECT_EQ(second.config.interfaces.size(), first.config.interfaces.size());
}

TEST(Resolved, ShowsDefaultsAndComputedValues) {
    const std::string text = parse(test::pooled_script, "file.yaml").resolved;
    for (const char* line :
         {"max_payload: 256 B", "vfs: 4", "vf0: 10.0.2.1", "name: server2", "delay: 15 ns", "tagging: reserved_bits"}) {
        EXPECT_THAT(text, HasSubstr(line));
    }
    EXPECT_THAT(text, Not(HasSubstr("~")));
}

} // namespace
} // namespace rootpool::scenario
