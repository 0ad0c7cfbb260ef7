#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

/// The one list of everything that a script may say. The parser, `rootpool explain`, `rootpool show` and
/// docs/scenario.md are made from it.
namespace rootpool::scenario {

enum class KeyType : std::uint8_t {
    map,      ///< keys of this list
    name_map, ///< keys that the author of the script chooses; rows below it have '*' for them
    one_of,   ///< a map with exactly one key
    list,     ///< rows below it have '[]' for an element
    text,
    name, ///< letters, digits, '_', '-'
    path, ///< names with '/' between them
    integer,
    flag, ///< on, off
    choice,
    time,
    time_or_off, ///< off is kept as 0
    time_per_byte,
    data_rate,
    data_size,
    probability,    ///< a decimal number, also as 1e-6; kept in 10^-18
    header_credits, ///< a number of flow-control credits, or infinite, which is kept as 0
    data_credits,   ///< the same of 16 B each, or a size
    ipv4,
    vf_set,   ///< 3, 0-3 or [0, 2]
    quantity, ///< any number; its unit depends on the metric
};

enum class Presence : std::uint8_t {
    required,
    optional,
    defaulted, ///< Key::default_value
    computed,  ///< optional; what it becomes then stands in the description
};

struct Key {
    std::string_view path; ///< "topology.servers.*.max_payload", "timeline[].iperf.duration"
    KeyType type;
    Presence presence;
    std::string_view default_value; ///< as a script would write it
    std::string_view choices;       ///< "128 B|256 B|512 B"
    std::string_view description;
    /// Range of the value in base units, or of the number of elements (list, name_map) or characters (text).
    std::int64_t min = 0;
    std::int64_t max = std::numeric_limits<std::int64_t>::max();
    /// A map may also be written as the value of this one key.
    std::string_view shorthand = {};
};

[[nodiscard]] std::span<const Key> keys() noexcept;

/// The row of a path as a script or a reader writes it: "timeline[].iperf.duration", "timeline.3.iperf.duration",
/// "topology.servers.server1.cpu". nullptr if there is none.
[[nodiscard]] const Key* find_key(std::string_view path);

/// What a key accepts, for messages and tables: "128 B, 256 B or 512 B".
[[nodiscard]] std::string accepted(const Key& key);

/// The text of `rootpool explain`: everything about one key and the keys below it. Throws ScenarioError for an unknown
/// path.
[[nodiscard]] std::string explain(std::string_view path);

/// The key tables of docs/scenario.md in Markdown.
[[nodiscard]] std::string key_reference();
/// The table of metrics of docs/scenario.md in Markdown.
[[nodiscard]] std::string metric_reference();

} // namespace rootpool::scenario
