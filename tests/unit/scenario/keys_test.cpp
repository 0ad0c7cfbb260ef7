#include <algorithm>
#include <set>

#include <gmock/gmock.h>

#include "rootpool/scenario/keys.h"
#include "rootpool/scenario/parse.h"
#include "tests/unit/scenario/scripts.h"

namespace rootpool::scenario {
namespace {

using testing::HasSubstr;

TEST(KeyTable, PathsAreUniqueAndHaveAParent) {
    std::set<std::string_view> paths;
    for (const Key& key : keys()) {
        EXPECT_TRUE(paths.insert(key.path).second) << key.path;
        const auto cut = key.path.ends_with("[]") ? key.path.size() - 2 : key.path.rfind('.');
        if (cut != std::string_view::npos) {
            EXPECT_TRUE(paths.contains(key.path.substr(0, cut))) << key.path;
        }
    }
}

TEST(KeyTable, EveryKeyIsDescribed) {
    for (const Key& key : keys()) {
        EXPECT_FALSE(key.description.empty()) << key.path;
        EXPECT_FALSE(accepted(key).empty()) << key.path;
        EXPECT_LE(key.min, key.max) << key.path;
    }
}

TEST(KeyTable, EveryKeyIsFoundByItsPath) {
    for (const Key& key : keys()) {
        EXPECT_EQ(find_key(key.path), &key) << key.path;
    }
}

TEST(KeyTable, PathsOfAScriptAreFound) {
    EXPECT_EQ(find_key("timeline.3.iperf.duration"), find_key("timeline[].iperf.duration"));
    EXPECT_EQ(find_key("topology.servers.server7.cpu"), find_key("topology.servers.*.cpu"));
    EXPECT_EQ(find_key("timeline[0].parallel[2].ping.count"), find_key("timeline[].ping.count"));
    EXPECT_EQ(find_key("timeline[0].nothing"), nullptr);
    EXPECT_EQ(find_key(""), nullptr);
}

/// Every value of every choice is accepted by the whole parser: the tables of names in the builders list the same
/// words.
TEST(KeyTable, EveryChoiceReachesTheConfiguration) {
    const auto config = [](const std::string& option) {
        const std::vector<std::string> overrides{option};
        return parse(test::pooled_script, "file.yaml", overrides).config;
    };
    EXPECT_EQ(config("topology.switch.profile=asic").multi_root_switch->stages, pooling::switch_profile("asic"));
    EXPECT_EQ(config("topology.switch.profile=fpga-prototype").multi_root_switch->stages,
              pooling::switch_profile("fpga-prototype"));
    EXPECT_EQ(config("topology.switch.switching=cut_through").multi_root_switch->switching,
              pooling::Switching::cut_through);
    EXPECT_EQ(config("topology.switch.switching=store_and_forward").multi_root_switch->switching,
              pooling::Switching::store_and_forward);
    EXPECT_EQ(config("topology.switch.return_route=scoreboard").multi_root_switch->return_route,
              ReturnRoute::scoreboard);
    EXPECT_EQ(config("topology.switch.return_route=completer_id").multi_root_switch->return_route,
              ReturnRoute::completer_id);
    EXPECT_EQ(config("topology.switch.interrupts=direct").multi_root_switch->interrupts, Interrupts::direct);
    EXPECT_EQ(config("topology.switch.interrupts=translate").multi_root_switch->interrupts, Interrupts::translate);
    EXPECT_EQ(config("topology.switch.tagging=local_prefix").multi_root_switch->tagging, Tagging::local_prefix);
    EXPECT_EQ(config("topology.switch.tagging=reserved_bits").multi_root_switch->tagging, Tagging::reserved_bits);
    EXPECT_EQ(std::get<Iperf>(config("timeline[3].iperf.protocol=udp").timeline[3].action).protocol, Protocol::udp);
    EXPECT_EQ(std::get<Iperf>(config("timeline[3].iperf.protocol=tcp").timeline[3].action).protocol, Protocol::tcp);
}

TEST(SwitchStages, AreThoseOfTheProfileButWhatTheScriptSays) {
    pooling::SwitchStages expected = pooling::switch_profile("asic");
    expected.egress = 9;
    expected.transmit_crossing = 0;
    const std::vector<std::string> overrides{"topology.switch.profile=asic", "topology.switch.stages.egress=9",
                                             "topology.switch.stages.transmit_crossing=0"};
    EXPECT_EQ(parse(test::pooled_script, "file.yaml", overrides).config.multi_root_switch->stages, expected);
}

TEST(Explain, ShowsTheKeyAndWhatIsBelowIt) {
    const std::string text = explain("timeline[].ping");
    EXPECT_THAT(text, HasSubstr("timeline[].ping.count"));
    EXPECT_THAT(text, HasSubstr("default: 6"));
    EXPECT_THAT(text, HasSubstr("units: fs, ps, ns, us, ms, s"));
}

TEST(Explain, BeginningOfThePathMayBeLeftOut) {
    EXPECT_EQ(explain("iperf.duration"), explain("timeline[].iperf.duration"));
}

TEST(Explain, UnknownKeyIsRefusedWithASuggestion) {
    try {
        static_cast<void>(explain("topology.swich"));
        FAIL();
    } catch (const ScenarioError& error) {
        EXPECT_THAT(error.what(), HasSubstr("did you mean 'topology.switch'?"));
    }
}

TEST(Documentation, HoldsTheKeyTable) {
    const std::string page = test::read_file(SCENARIO_PAGE);
    EXPECT_THAT(page, HasSubstr(key_reference()))
        << "docs/scenario.md differs from the key table; replace its table by:\n"
        << key_reference();
    EXPECT_THAT(page, HasSubstr(metric_reference())) << "docs/scenario.md differs from the table of metrics";
}

} // namespace
} // namespace rootpool::scenario
