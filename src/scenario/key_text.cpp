#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "rootpool/scenario/keys.h"
#include "rootpool/scenario/refused_features.h"
#include "rootpool/scenario/units.h"
#include "scenario/failure.h"
#include "scenario/key_lookup.h"

namespace rootpool::scenario {
namespace {

constexpr auto size_units = std::to_array<std::string_view>({"B", "KiB", "MiB", "GiB"});
constexpr auto rate_units = std::to_array<std::string_view>({"b/s", "kb/s", "Mb/s", "Gb/s"});
constexpr auto unlimited = std::numeric_limits<std::int64_t>::max();

/// The value in the largest unit that holds it as a whole number.
std::string whole_text(std::int64_t value, std::int64_t step, std::span<const std::string_view> names) {
    std::size_t unit = 0;
    while (unit + 1 < names.size() && value != 0 && value % step == 0) {
        value /= step;
        ++unit;
    }
    return fmt::format("{} {}", value, names[unit]);
}

/// One end of a range, in a unit that a script may use.
std::string limit_text(KeyType type, std::int64_t value) {
    switch (type) {
    case KeyType::time:
    case KeyType::time_or_off:
        return format_time(SimTime{value});
    case KeyType::time_per_byte:
        return format_time(SimTime{value}) + "/B";
    case KeyType::data_size:
        return whole_text(value, 1024, size_units);
    case KeyType::data_rate:
        return whole_text(value, 1000, rate_units);
    case KeyType::probability:
        return fmt::format("{}", static_cast<double>(value) / 1e18);
    default:
        return fmt::format("{}", value);
    }
}

std::string range_text(const Key& key) {
    if (key.max == unlimited && key.type != KeyType::integer) {
        return key.min == 0 ? "" : " of at least " + limit_text(key.type, key.min);
    }
    if (key.min == key.max) {
        return " of " + limit_text(key.type, key.min);
    }
    return fmt::format(" of {} to {}", limit_text(key.type, key.min), limit_text(key.type, key.max));
}

std::string with_units(std::string_view what, const Key& key, Dimension dimension) {
    return fmt::format("{}{} (units: {})", what, range_text(key), unit_names(dimension));
}

std::string credits_text(const Key& key) {
    return fmt::format("{} to {}{}{}", std::max<std::int64_t>(key.min, 1), key.max,
                       key.type == KeyType::data_credits ? " credits of 16 B, as a number or a size" : "",
                       key.min == 0 ? ", or infinite" : "");
}

std::string elements(std::string_view what, const Key& key) {
    return key.max == unlimited ? std::string(what)
           : key.min == key.max ? fmt::format("{} with {} elements", what, key.min)
                                : fmt::format("{} with {} to {} elements", what, key.min, key.max);
}

std::string child_names(const Key& key) {
    std::vector<std::string> names;
    for (const Key* child : children_of(key.path)) {
        names.emplace_back(last_part(*child));
    }
    return enumerate(names);
}

std::string collection_text(const Key& key) {
    switch (key.type) {
    case KeyType::one_of:
        return "a map with one key: " + child_names(key);
    case KeyType::name_map:
        return elements("a map of names", key);
    case KeyType::list:
        return elements("a list", key);
    default:
        return (key.shorthand.empty() ? "a map with " : fmt::format("a value of {}, or a map with ", key.shorthand)) +
               child_names(key);
    }
}

std::string letters_text(const Key& key) {
    switch (key.type) {
    case KeyType::name:
        return fmt::format("a name: a letter, then letters, digits, '_' or '-', at most {} characters", key.max);
    case KeyType::path:
        return fmt::format("names with '/' between them, at most {} characters", key.max);
    default:
        return fmt::format("a line of {} to {} characters", key.min, key.max);
    }
}

std::string quantity_text(const Key& key) {
    switch (key.type) {
    case KeyType::time_per_byte:
        return with_units("a time for each byte", key, Dimension::time_per_byte);
    case KeyType::data_rate:
        return with_units("a data rate", key, Dimension::data_rate);
    case KeyType::data_size:
        return with_units("a size", key, Dimension::data_size);
    default:
        return with_units("a time", key, Dimension::time) + (key.type == KeyType::time_or_off ? ", or off" : "");
    }
}

std::string_view presence_text(const Key& key) {
    switch (key.presence) {
    case Presence::required:
        return "required";
    case Presence::optional:
        return "optional";
    case Presence::computed:
        return "see description";
    case Presence::defaulted:
        return key.default_value.empty() ? "empty" : key.default_value;
    }
    return "";
}

std::string describe_key(const Key& key) {
    std::string text = fmt::format("{}\n    {}\n    accepted: {}\n", key.path, key.description, accepted(key));
    if (key.presence == Presence::defaulted) {
        text += fmt::format("    default: {}\n", presence_text(key));
    } else {
        text += fmt::format("    {}\n", key.presence == Presence::required ? "required" : "optional");
    }
    return text;
}

/// The key at `path`, or the only meaning of a path whose beginning was left out ("iperf.duration").
const Key* find_by_ending(std::string_view path) {
    if (const Key* key = find_key(path)) {
        return key;
    }
    const std::string ending = fmt::format(".{}", path);
    const auto found = std::ranges::find_if(keys(), [&ending](const Key& key) { return key.path.ends_with(ending); });
    return found == keys().end() ? nullptr : &*found;
}

/// What the last word of the path would ask for if the map before it had such a key.
const RefusedFeature* refused_below_a_map(std::string_view path) {
    const auto dot = path.rfind('.');
    const Key* map = dot == std::string_view::npos ? nullptr : find_by_ending(path.substr(0, dot));
    return map == nullptr ? nullptr : find_refused(map->path, path.substr(dot + 1));
}

/// Text that Markdown would take for HTML.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        result += c == '<' ? "&lt;" : std::string(1, c);
    }
    return result;
}

} // namespace

std::string accepted(const Key& key) {
    if (!key.choices.empty()) {
        return enumerate(split_choices(key.choices));
    }
    switch (key.type) {
    case KeyType::map:
    case KeyType::one_of:
    case KeyType::name_map:
    case KeyType::list:
        return collection_text(key);
    case KeyType::text:
    case KeyType::name:
    case KeyType::path:
        return letters_text(key);
    case KeyType::time:
    case KeyType::time_or_off:
    case KeyType::time_per_byte:
    case KeyType::data_rate:
    case KeyType::data_size:
        return quantity_text(key);
    case KeyType::integer:
        return "a whole number" + range_text(key);
    case KeyType::probability:
        return "a probability" + range_text(key);
    case KeyType::header_credits:
    case KeyType::data_credits:
        return credits_text(key);
    case KeyType::flag:
        return "on or off";
    case KeyType::choice:
        return "";
    case KeyType::ipv4:
        return "an IPv4 address such as 10.0.2.1";
    case KeyType::vf_set:
        return fmt::format("VF numbers {} to {} as 3, 0-3 or [0, 2]", key.min, key.max);
    case KeyType::quantity:
        return "a number in the unit of the metric: 9.39 Gb/s, 5 us, 430 KB, 0.5 %, 6";
    }
    return "";
}

std::string explain(std::string_view path) {
    const Key* key = find_by_ending(path);
    if (key == nullptr) {
        if (const RefusedFeature* refused = refused_below_a_map(path)) {
            fail({.what = describe(*refused), .key = std::string(path)});
        }
        std::vector<std::string> paths;
        for (const Key& row : keys()) {
            paths.emplace_back(row.path);
        }
        fail({.where = "", .what = fmt::format("no key '{}'", path), .suggestion = nearest(path, paths)});
    }
    std::string text = describe_key(*key);
    for (const Key* child : children_of(key->path)) {
        text += describe_key(*child);
    }
    return text;
}

std::string key_reference() {
    std::string text = "| key | accepted | default | meaning |\n|---|---|---|---|\n";
    for (const Key& key : keys()) {
        text += fmt::format("| `{}` | {} | {} | {} |\n", key.path, accepted(key), presence_text(key),
                            escaped(key.description));
    }
    return text;
}

} // namespace rootpool::scenario
