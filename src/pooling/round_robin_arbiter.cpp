#include "pooling/arbiters.h"

namespace rootpool::pooling {
namespace {

class RoundRobin : public Arbiter {
public:
    explicit RoundRobin(std::size_t inputs) noexcept : last_(inputs - 1) {}

    std::size_t grant(std::span<const ArbiterRequest> requests) override {
        do {
            last_ = last_ + 1 < requests.size() ? last_ + 1 : 0;
        } while (!requests[last_].present);
        return last_;
    }

private:
    std::size_t last_; ///< so that input 0 has the first turn
};

} // namespace

std::unique_ptr<Arbiter> make_round_robin(const ArbiterConfig& config) {
    return std::make_unique<RoundRobin>(config.inputs);
}

} // namespace rootpool::pooling
