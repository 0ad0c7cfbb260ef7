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

SimTime read_time_or_off(const Node& map, std::string_view key) {
    return map.at(key).text == switched_off ? SimTime{0} : read_time(map, key);
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

std::uint64_t read_probability(const Node& map, std::string_view key) {
    return static_cast<std::uint64_t>(std::get<std::int64_t>(parse_probability(map.at(key).text)));
}

pcie::Credits read_credits(const Node& credits) {
    pcie::Credits result;
    for (const auto& [name, flow] : flow_classes) {
        const Node& of = credits.at(name);
        const auto headers = read_credit_count(of.at("headers").text, KeyType::header_credits).value();
        const auto data = read_credit_count(of.at("data").text, KeyType::data_credits).value();
        result[flow] = {{static_cast<std::uint32_t>(headers), static_cast<std::uint32_t>(data)}, headers == 0};
    }
    return result;
}

bool read_flag(const Node& map, std::string_view key) { return map.at(key).text == "on"; }

} // namespace rootpool::scenario
