#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/reference/coverage.h"

namespace rootpool::twin {

/// What all ends of all cases went through, summed.
class CoverageTable {
public:
    CoverageTable() { add({}); }
    void add(const reference::Coverage& of);

    /// For people: a line for each counter, with the reason where it cannot count.
    [[nodiscard]] std::string text() const;
    /// Counters below `least`, and those that count what cannot occur.
    [[nodiscard]] std::vector<std::string> complaints(std::uint64_t least) const;

private:
    struct Counter {
        std::string name;
        std::uint64_t count;
        std::string_view impossible; ///< why it cannot count; empty: it can
    };
    [[nodiscard]] static std::vector<Counter> counters(const reference::Coverage& of);

    std::vector<Counter> sums_;
};

} // namespace rootpool::twin
