#include "rootpool/pooling/arbiter.h"

#include <algorithm>

#include "pooling/arbiters.h"
#include "pooling/strategy_table.h"

namespace rootpool::pooling {
namespace {

constexpr Strategy<Arbiter, const ArbiterConfig&> arbiters[] = {
    {"round_robin", make_round_robin},         {"weighted", make_weighted},   {"age", make_age},
    {"strict_priority", make_strict_priority}, {"byte_fair", make_byte_fair},
};

} // namespace

std::vector<std::string_view> arbiter_names() { return strategy_names(arbiters); }

std::unique_ptr<Arbiter> make_arbiter(std::string_view name, const ArbiterConfig& config) {
    if (config.inputs == 0) {
        throw std::invalid_argument("an arbiter needs inputs");
    }
    if (std::ranges::find(config.weights, 0U) != config.weights.end()) {
        throw std::invalid_argument("an input with a weight of 0 would never have its turn");
    }
    return find_strategy(arbiters, "arbiter", name).make(config);
}

} // namespace rootpool::pooling
