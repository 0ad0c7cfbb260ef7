#include <algorithm>
#include <numeric>

#include "pooling/arbiters.h"

namespace rootpool::pooling {
namespace {

class StrictPriority : public Arbiter {
public:
    explicit StrictPriority(const ArbiterConfig& config) : order_(config.inputs) {
        std::vector<unsigned> priorities = config.priorities;
        priorities.resize(config.inputs, lowest_priority);
        std::iota(order_.begin(), order_.end(), std::size_t{0});
        std::ranges::stable_sort(order_, {}, [&priorities](std::size_t input) { return priorities[input]; });
    }

    std::size_t grant(std::span<const ArbiterRequest> requests) override {
        return *std::ranges::find_if(order_, [requests](std::size_t input) { return requests[input].present; });
    }

private:
    std::vector<std::size_t> order_; ///< inputs, the first first
};

} // namespace

std::unique_ptr<Arbiter> make_strict_priority(const ArbiterConfig& config) {
    return std::make_unique<StrictPriority>(config);
}

} // namespace rootpool::pooling
