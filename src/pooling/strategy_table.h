#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace rootpool::pooling {

/// One strategy of a kind that scenarios choose by name.
template <typename Interface, typename... Arguments>
struct Strategy {
    std::string_view name;
    std::unique_ptr<Interface> (*make)(Arguments...);
};

template <typename Entry, std::size_t Count>
[[nodiscard]] std::vector<std::string_view> strategy_names(const Entry (&table)[Count]) {
    std::vector<std::string_view> names;
    names.reserve(Count);
    for (const Entry& strategy : table) {
        names.push_back(strategy.name);
    }
    return names;
}

/// Throws std::invalid_argument that lists what there is.
template <typename Entry, std::size_t Count>
[[nodiscard]] const Entry& find_strategy(const Entry (&table)[Count], std::string_view kind, std::string_view name) {
    std::string known;
    for (const Entry& strategy : table) {
        if (strategy.name == name) {
            return strategy;
        }
        known.append(known.empty() ? "" : ", ").append(strategy.name);
    }
    throw std::invalid_argument(
        std::string("unknown ").append(kind).append(" '").append(name).append("'; there is ").append(known));
}

} // namespace rootpool::pooling
