#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "rootpool/scenario/keys.h"
#include "rootpool/scenario/parse.h"
#include "rootpool/scenario/refused_features.h"
#include "tests/unit/scenario/scripts.h"

namespace rootpool::scenario {
namespace {

using testing::HasSubstr;

std::vector<std::string> words_of(std::string_view alternatives) {
    std::vector<std::string> words;
    std::stringstream stream{std::string(alternatives)};
    for (std::string word; std::getline(stream, word, '|');) {
        words.push_back(word);
    }
    return words;
}

/// A value that asks for it: a digit before the limit makes it larger.
std::string asking_value(const RefusedFeature& row) {
    const std::string value = row.values.empty() ? "on" : words_of(row.values).front();
    return value.starts_with('>') ? fmt::format("9{}", value.substr(1)) : value;
}

/// The maps in which this key with this value asks for the row.
std::vector<const Key*> maps_of(const RefusedFeature& row, const std::string& key) {
    std::vector<const Key*> maps;
    for (const Key& map : keys()) {
        if (find_refused(map.path, key, asking_value(row)) == &row) {
            maps.push_back(&map);
        }
    }
    return maps;
}

TEST(RefusedFeatures, EachHasARowOfItsOwnOnThePageWithEveryKey) {
    const std::string page = test::read_file(COVERAGE_PAGE);
    std::set<std::string_view> features;
    for (const RefusedFeature& row : refused_features()) {
        EXPECT_TRUE(features.insert(row.feature).second) << row.feature;
        const std::string start = fmt::format("\n| {} | refused | {} |", row.feature, row.clause);
        const auto at = page.find(start);
        ASSERT_NE(at, std::string::npos) << "docs/pcie-coverage.md has no row" << start;
        const std::string line = page.substr(at + 1, page.find('\n', at + 1) - at - 1);
        for (const std::string& key : words_of(row.keys)) {
            EXPECT_THAT(line, testing::AnyOf(HasSubstr(fmt::format(".{}=", key)), HasSubstr(fmt::format("`{}`", key))));
        }
    }
}

TEST(RefusedFeatures, StandInMapsThatThereAre) {
    for (const RefusedFeature& row : refused_features()) {
        for (const std::string& key : words_of(row.keys)) {
            EXPECT_GE(maps_of(row, key).size(), words_of(row.maps).size()) << key << " of " << row.feature;
        }
    }
}

TEST(RefusedFeatures, HideNoKeyAndLimitOnlyKeysThatThereAre) {
    for (const RefusedFeature& row : refused_features()) {
        for (const std::string& key : words_of(row.keys)) {
            for (const Key* map : maps_of(row, key)) {
                EXPECT_EQ(find_key(fmt::format("{}.{}", map->path, key)) != nullptr, !row.values.empty())
                    << map->path << '.' << key;
            }
        }
    }
}

TEST(RefusedFeatures, ExplainSaysTheSame) {
    try {
        static_cast<void>(explain("topology.servers.server1.link.aspm"));
        FAIL();
    } catch (const ScenarioError& error) {
        EXPECT_THAT(error.what(), HasSubstr("not modelled, see docs/pcie-coverage.md: power states of links but L0"));
    }
}

TEST(RefusedFeatures, AreAcceptedWithTheValueThatSaysWhatIsModelled) {
    const std::string plain = parse(test::pooled_script, "file.yaml").resolved;
    for (const RefusedFeature& row : refused_features()) {
        if (row.modelled.empty()) {
            continue;
        }
        for (const std::string& key : words_of(row.keys)) {
            const auto with = [&key](std::string_view value) {
                const std::vector<std::string> changes{fmt::format("topology.servers.server1.{}={}", key, value)};
                return parse(test::pooled_script, "file.yaml", changes).resolved;
            };
            EXPECT_EQ(with(row.modelled), plain) << key;
            EXPECT_THROW(static_cast<void>(with("2")), ScenarioError) << key;
        }
    }
    EXPECT_FALSE(asks_for_what_is_modelled({"topology", "training", "", "states", "4.2.4"}, ""));
}

TEST(RefusedFeatures, ValuesThatAreMerelyWrongAreCalledSo) {
    EXPECT_EQ(find_refused("topology.servers.*.link", "generation", "0"), nullptr);
    EXPECT_EQ(find_refused("topology.servers.*.link", "generation", "two"), nullptr);
    EXPECT_EQ(find_refused("topology.servers.*.link", "width", "3"), nullptr);
    EXPECT_EQ(find_refused("topology.servers.*", "max_payload", "192 B"), nullptr);
    EXPECT_EQ(find_refused("topology.servers.*", "max_payload", "1024"), nullptr) << "a size has a unit";
}

} // namespace
} // namespace rootpool::scenario
