#include "pooling/arbiters.h"

namespace rootpool::pooling {
namespace {

/// At its turn an input gets a quantum of bytes and sends TLPs as long as they fit; what is left it keeps until its
/// next turn if it still has something to send. So no two inputs that always have something to send are ever further
/// apart than a quantum and a TLP.
class ByteFair : public Arbiter {
public:
    explicit ByteFair(std::size_t inputs) : deficits_(inputs) { deficits_.front() = quantum; }

    std::size_t grant(std::span<const ArbiterRequest> requests) override {
        while (!requests[turn_].present || requests[turn_].bytes > deficits_[turn_]) {
            if (!requests[turn_].present) {
                deficits_[turn_] = 0; // nobody saves up for later
            }
            turn_ = turn_ + 1 < deficits_.size() ? turn_ + 1 : 0;
            deficits_[turn_] += quantum;
        }
        deficits_[turn_] -= requests[turn_].bytes;
        return turn_;
    }

private:
    /// About a TLP with 256 bytes: a larger one takes some rounds to save up, a smaller quantum costs rounds for all.
    static constexpr unsigned quantum = 288;

    std::vector<unsigned> deficits_; ///< bytes
    std::size_t turn_ = 0;
};

} // namespace

std::unique_ptr<Arbiter> make_byte_fair(const ArbiterConfig& config) {
    return std::make_unique<ByteFair>(config.inputs);
}

} // namespace rootpool::pooling
