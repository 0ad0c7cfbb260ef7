#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rootpool::twin {

/// How often something happened.
struct Counter {
    std::string name;
    std::uint64_t count;
    std::string_view impossible; ///< why it cannot count; empty: it can
};

/// Counters of many runs, summed.
class CounterTable {
public:
    /// Always the same counters in the same order.
    void add(const std::vector<Counter>& more);

    /// For people: a line for each counter, with the reason where it cannot count.
    [[nodiscard]] std::string text() const;
    /// Counters below `least`, and those that count what cannot occur.
    [[nodiscard]] std::vector<std::string> complaints(std::uint64_t least) const;

private:
    std::vector<Counter> sums_;
};

} // namespace rootpool::twin
