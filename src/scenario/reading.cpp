#include "scenario/reading.h"

#include <variant>

#include "rootpool/scenario/keys.h"
#include "rootpool/scenario/units.h"
#include "scenario/scalar_check.h"

namespace rootpool::scenario {
namespace {

std::int64_t exact(const Node& map, std::string_view key, Dimension dimension) {
    return std::get<std::int64_t>(parse_exact(map.at(key).text, dimension));
}

} // namespace

std::int64_t read_whole(const Node& map, std::string_view key) { return read_integer(map.at(key).text).value(); }

SimTime read_time(const Node& map, std::string_view key) {
    const auto quantity = read_quantity(map.at(key).text);
    return SimTime{quantity.value().exact().value()};
}

std::uint64_t read_size(const Node& map, std::string_view key) {
    return static_cast<std::uint64_t>(exact(map, key, Dimension::data_size));
}

std::uint64_t read_rate(const Node& map, std::string_view key) {
    return static_cast<std::uint64_t>(exact(map, key, Dimension::data_rate));
}

std::vector<pcie::VfIndex> read_vfs(const Node& assign) {
    const Key& key = *find_key("timeline[].assign.vfs");
    const auto numbers = read_vf_set(assign.at("vfs"), key.min, key.max).value();
    std::vector<pcie::VfIndex> vfs;
    vfs.reserve(numbers.size());
    for (const std::uint16_t number : numbers) {
        vfs.emplace_back(number);
    }
    return vfs;
}

bool read_flag(const Node& map, std::string_view key) { return map.at(key).text == "on"; }

} // namespace rootpool::scenario
