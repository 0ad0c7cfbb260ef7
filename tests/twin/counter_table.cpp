#include "tests/twin/counter_table.h"

#include <fmt/format.h>

namespace rootpool::twin {

void CounterTable::add(const std::vector<Counter>& more) {
    if (sums_.empty()) {
        sums_ = more;
        return;
    }
    for (std::size_t i = 0; i < sums_.size(); ++i) {
        sums_[i].count += more[i].count;
    }
}

std::string CounterTable::text() const {
    std::string made;
    for (const Counter& counter : sums_) {
        made += fmt::format("{:>14}  {}", counter.count, counter.name);
        made += counter.impossible.empty() ? "\n" : fmt::format(" (cannot occur: {})\n", counter.impossible);
    }
    return made;
}

std::vector<std::string> CounterTable::complaints(std::uint64_t least) const {
    std::vector<std::string> made;
    for (const Counter& counter : sums_) {
        if (counter.impossible.empty() ? counter.count < least : counter.count != 0) {
            made.push_back(fmt::format("{}: {}", counter.name, counter.count));
        }
    }
    return made;
}

} // namespace rootpool::twin
