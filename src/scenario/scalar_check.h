#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rootpool/scenario/config.h"
#include "rootpool/scenario/keys.h"
#include "scenario/node.h"

namespace rootpool::scenario {

/// Type, unit and range of a single value (and of a vf_set, which may be a list). Throws ScenarioError.
void check_scalar(Node& node, const Key& key, const std::string& path);

/// A letter, then letters, digits, '_' or '-', at most 32 characters.
[[nodiscard]] bool is_name(std::string_view text);

[[nodiscard]] std::optional<std::int64_t> read_integer(std::string_view text);
/// The word for a time_or_off that is none.
inline constexpr std::string_view switched_off = "off";
/// The word for credits that never run out, and a number of them: 0 for that word. None if it is neither.
inline constexpr std::string_view infinite_credits = "infinite";
[[nodiscard]] std::optional<std::int64_t> read_credit_count(std::string_view text, KeyType type);
[[nodiscard]] std::optional<Ipv4> read_ipv4(std::string_view text);
/// The numbers of a vf_set, each once, ascending; none if it is not one or a number is outside [smallest, largest].
[[nodiscard]] std::optional<std::vector<std::uint16_t>> read_vf_set(const Node& node, std::int64_t smallest,
                                                                    std::int64_t largest);

} // namespace rootpool::scenario
