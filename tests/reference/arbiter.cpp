#include "tests/reference/arbiter.h"

#include <limits>

namespace rootpool::reference {

namespace {

class RoundRobin : public Arbiter {
public:
    explicit RoundRobin(const ArbiterSettings& settings)
        : keeps_turn_(settings.mutation == Mutation::round_robin_keeps_turn) {}

    std::size_t choose(const Candidates& candidates) override {
        std::size_t input = next_;
        while (!candidates[input % candidates.size()].there) {
            ++input;
        }
        input %= candidates.size();
        next_ = (input + (keeps_turn_ ? 0 : 1)) % candidates.size();
        return input;
    }

private:
    bool keeps_turn_;
    std::size_t next_ = 0; ///< has the next turn
};

class Weighted : public Arbiter {
public:
    explicit Weighted(const ArbiterSettings& settings) {
        for (std::size_t input = 0; input < settings.inputs; ++input) {
            const unsigned weight = input < settings.weights.size() ? settings.weights[input] : 1;
            weights_.push_back(weight + (settings.mutation == Mutation::weight_plus_one ? 1 : 0));
        }
    }

    std::size_t choose(const Candidates& candidates) override {
        while (!candidates[turn_].there || sent_ == weights_[turn_]) {
            turn_ = (turn_ + 1) % candidates.size();
            sent_ = 0;
        }
        ++sent_;
        return turn_;
    }

private:
    std::vector<unsigned> weights_;
    std::size_t turn_ = 0;
    unsigned sent_ = 0; ///< TLPs of this turn
};

class Age : public Arbiter {
public:
    explicit Age(const ArbiterSettings& settings) : largest_of_equal_(settings.mutation == Mutation::age_tie_largest) {}

    std::size_t choose(const Candidates& candidates) override {
        Edge oldest = std::numeric_limits<Edge>::max();
        std::size_t winner = 0;
        for (std::size_t input = 0; input < candidates.size(); ++input) {
            const Candidate& one = candidates[input];
            if (one.there && (one.ready < oldest || (one.ready == oldest && largest_of_equal_))) {
                oldest = one.ready;
                winner = input;
            }
        }
        return winner;
    }

private:
    bool largest_of_equal_;
};

class StrictPriority : public Arbiter {
public:
    explicit StrictPriority(const ArbiterSettings& settings)
        : priorities_(settings.priorities), largest_of_equal_(settings.mutation == Mutation::priority_tie_largest) {
        priorities_.resize(settings.inputs - 1, std::numeric_limits<unsigned>::max());
        const bool last = settings.mutation == Mutation::answers_have_no_priority;
        priorities_.push_back(last ? std::numeric_limits<unsigned>::max() : 0);
    }

    std::size_t choose(const Candidates& candidates) override {
        std::size_t winner = candidates.size();
        for (std::size_t input = 0; input < candidates.size(); ++input) {
            if (candidates[input].there && (winner == candidates.size() || comes_before(input, winner))) {
                winner = input;
            }
        }
        return winner;
    }

private:
    [[nodiscard]] bool comes_before(std::size_t input, std::size_t winner) const {
        return priorities_[input] < priorities_[winner] ||
               (priorities_[input] == priorities_[winner] && largest_of_equal_);
    }

    std::vector<unsigned> priorities_;
    bool largest_of_equal_;
};

/// Deficit round robin.
class ByteFair : public Arbiter {
public:
    explicit ByteFair(const ArbiterSettings& settings)
        : bytes_(settings.inputs), quantum_(settings.mutation == Mutation::quantum_less ? 284 : 288) {
        bytes_[0] = quantum_;
    }

    std::size_t choose(const Candidates& candidates) override {
        while (true) {
            const Candidate& one = candidates[turn_];
            if (one.there && one.bytes <= bytes_[turn_]) {
                bytes_[turn_] -= one.bytes;
                return turn_;
            }
            if (!one.there) {
                bytes_[turn_] = 0;
            }
            turn_ = (turn_ + 1) % candidates.size();
            bytes_[turn_] += quantum_;
        }
    }

private:
    std::vector<unsigned> bytes_; ///< that each input may send
    unsigned quantum_;
    std::size_t turn_ = 0;
};

} // namespace

std::unique_ptr<Arbiter> make_arbiter(const ArbiterSettings& settings) {
    switch (settings.kind) {
    case ArbiterKind::weighted:
        return std::make_unique<Weighted>(settings);
    case ArbiterKind::age:
        return std::make_unique<Age>(settings);
    case ArbiterKind::strict_priority:
        return std::make_unique<StrictPriority>(settings);
    case ArbiterKind::byte_fair:
        return std::make_unique<ByteFair>(settings);
    default:
        return std::make_unique<RoundRobin>(settings);
    }
}

} // namespace rootpool::reference
