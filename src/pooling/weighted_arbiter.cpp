#include <algorithm>

#include "pooling/arbiters.h"

namespace rootpool::pooling {
namespace {

/// Who has nothing to send at its turn loses the rest of it.
class Weighted : public Arbiter {
public:
    explicit Weighted(const ArbiterConfig& config) : weights_(config.weights) {
        weights_.resize(config.inputs, 1);
        left_ = weights_.front();
    }

    std::size_t grant(std::span<const ArbiterRequest> requests) override {
        while (left_ == 0 || !requests[turn_].present) {
            turn_ = turn_ + 1 < weights_.size() ? turn_ + 1 : 0;
            left_ = weights_[turn_];
        }
        --left_;
        return turn_;
    }

private:
    std::vector<unsigned> weights_;
    std::size_t turn_ = 0;
    unsigned left_ = 0; ///< TLPs of this turn
};

} // namespace

std::unique_ptr<Arbiter> make_weighted(const ArbiterConfig& config) { return std::make_unique<Weighted>(config); }

} // namespace rootpool::pooling
