#include "rootpool/pooling/arbiter.h"

#include "pooling/strategy_table.h"

namespace rootpool::pooling {
namespace {

class RoundRobin : public Arbiter {
public:
    std::size_t grant(std::span<const std::uint8_t> requesting) override {
        do {
            last_ = last_ + 1 < requesting.size() ? last_ + 1 : 0;
        } while (requesting[last_] == 0);
        return last_;
    }

private:
    std::size_t last_ = SIZE_MAX - 1; // so that input 0 has the first turn
};

constexpr Strategy<Arbiter> arbiters[] = {
    {"round_robin", []() -> std::unique_ptr<Arbiter> { return std::make_unique<RoundRobin>(); }},
};

} // namespace

std::vector<std::string_view> arbiter_names() { return strategy_names(arbiters); }

std::unique_ptr<Arbiter> make_arbiter(std::string_view name) { return find_strategy(arbiters, "arbiter", name).make(); }

} // namespace rootpool::pooling
