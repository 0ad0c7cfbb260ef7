#include "pooling/arbiters.h"

namespace rootpool::pooling {
namespace {

class Age : public Arbiter {
public:
    std::size_t grant(std::span<const ArbiterRequest> requests) override {
        std::size_t oldest = 0;
        for (std::size_t input = 1; input < requests.size(); ++input) {
            const ArbiterRequest& request = requests[input];
            if (request.present && (!requests[oldest].present || request.since < requests[oldest].since)) {
                oldest = input;
            }
        }
        return oldest;
    }
};

} // namespace

std::unique_ptr<Arbiter> make_age(const ArbiterConfig& /*config*/) { return std::make_unique<Age>(); }

} // namespace rootpool::pooling
