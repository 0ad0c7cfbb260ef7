#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/pcie/credits.h"
#include "rootpool/pcie/types.h"
#include "scenario/node.h"

/// Typed access to a tree that check_against_table() has passed: keys with a default are there, values have their type.
namespace rootpool::scenario {

[[nodiscard]] std::int64_t read_whole(const Node& map, std::string_view key);
[[nodiscard]] SimTime read_time(const Node& map, std::string_view key);        ///< also time for each byte
[[nodiscard]] SimTime read_time_or_off(const Node& map, std::string_view key); ///< off: 0
[[nodiscard]] std::uint64_t read_size(const Node& map, std::string_view key);  ///< bytes
[[nodiscard]] std::uint64_t read_rate(const Node& map, std::string_view key);  ///< bits per second
/// The numbers of timeline[].assign.vfs, ascending.
[[nodiscard]] std::vector<pcie::VfIndex> read_vfs(const Node& assign);
[[nodiscard]] std::uint64_t read_probability(const Node& map, std::string_view key); ///< in 10^-18
/// A map of posted, non_posted and completion, each with headers and data.
[[nodiscard]] pcie::Credits read_credits(const Node& credits);
[[nodiscard]] bool read_flag(const Node& map, std::string_view key);

/// The keys of a map of credits.
inline constexpr auto flow_classes =
    std::to_array<std::pair<std::string_view, pcie::FlowClass>>({{"posted", pcie::FlowClass::posted},
                                                                 {"non_posted", pcie::FlowClass::non_posted},
                                                                 {"completion", pcie::FlowClass::completion}});

/// The enumerator of a choice, from a table of names.
template <typename Enum, std::size_t count>
[[nodiscard]] Enum read_choice(const Node& map, std::string_view key,
                               const std::array<std::pair<std::string_view, Enum>, count>& names) {
    const std::string& text = map.at(key).text;
    for (const auto& [name, value] : names) {
        if (name == text) {
            return value;
        }
    }
    return names.front().second; // the key table lists the same names; a test compares them
}

} // namespace rootpool::scenario
