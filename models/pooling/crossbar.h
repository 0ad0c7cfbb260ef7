#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/core/scheduler.h"
#include "models/pooling/crossbar_input.h"
#include "models/pooling/grant_observer.h"
#include "models/pooling/switch_timing.h"
#include "rootpool/pooling/arbiter.h"

namespace rootpool::models {

/// Adds the input for answers that the switch makes itself, which are few and which nothing but them is waited for: the
/// last input, before all others where there are priorities.
[[nodiscard]] pooling::ArbiterConfig answers_first(pooling::ArbiterConfig config);

/// Sends a TLP that was granted out of a port that its first beat reaches `latency` after the grant. It goes on as
/// `tlp`.
void send_granted(Port& port, const SwitchTiming& timing, const pcie::TlpPtr& tlp, const CrossbarEntry& granted,
                  SimTime edge, SimTime latency);

/// Inputs of an output: few of many, as a rule.
class InputSet {
public:
    explicit InputSet(std::size_t inputs) : words_((inputs + word_bits - 1) / word_bits) {}

    void insert(std::size_t input) noexcept { words_[input / word_bits] |= bit(input); }
    void remove(std::size_t input) noexcept { words_[input / word_bits] &= ~bit(input); }
    [[nodiscard]] std::size_t words() const noexcept { return words_.size(); }
    /// 64 inputs each, the first in bit 0 of the first word.
    [[nodiscard]] std::uint64_t word(std::size_t index) const noexcept { return words_[index]; }
    /// The smallest input of a word that is not 0, at `index`.
    [[nodiscard]] static std::size_t first(std::uint64_t word, std::size_t index) noexcept {
        return index * word_bits + static_cast<std::size_t>(std::countr_zero(word));
    }

private:
    static constexpr std::size_t word_bits = 64;
    [[nodiscard]] static std::uint64_t bit(std::size_t input) noexcept { return std::uint64_t{1} << input % word_bits; }

    std::vector<std::uint64_t> words_;
};

/// One output of the crossbar: a queue for each input, an arbiter, one timer. A grant is the only event that a TLP
/// costs here (docs/timing.md 3.4).
class CrossbarOutput {
public:
    struct Config {
        std::size_t inputs = 1;
        SwitchTiming timing = {};
        unsigned extra_bytes = 0; ///< that a TLP has inside the switch only
        pcie::OrderingPolicy ordering = pcie::OrderingPolicy::table;
    };
    CrossbarOutput(Scheduler& scheduler, CrossbarSink& sink, std::unique_ptr<pooling::Arbiter> arbiter,
                   const Config& config);

    /// Tells `observer` of all grants, as of `place`.
    void observe(GrantObserver& observer, const GrantPlace& place) noexcept {
        observer_ = &observer;
        place_ = place;
    }

    /// `entry.ready` is at or after now.
    void push(std::size_t input, CrossbarEntry&& entry);
    /// Takes the first TLP of an input that has one out of its queue, without a grant.
    [[nodiscard]] CrossbarEntry remove_first(std::size_t input, SimTime edge) { return take(input, 0, edge); }
    /// Forgets the TLPs whose bad end is at or before `seen`. When that of the next is; core::never: there is none.
    SimTime drop_bad(SimTime seen) { return bad_ == 0 ? core::never : look_for_bad(seen); }
    /// Drops what waits in a queue, and what is on its way into it: its credits come back at the first edge that sees
    /// it there as a whole, after now.
    void flush(std::size_t input);
    /// What else TLPs wait for behind the sink came back.
    void wake();
    /// Room came back behind the sink.
    void wake_for_room() {
        if (!delivering_ && (!timer_.armed() || sink_.room() != room_)) {
            wake();
        }
    }

    /// How long a TLP occupies the output.
    [[nodiscard]] SimTime transfer_time(const pcie::TlpHeader& header) const noexcept;

    [[nodiscard]] std::uint64_t granted() const noexcept { return granted_; }
    /// TLPs whose end was bad before they were granted.
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }
    /// Events that this output cost; hardly more than grants.
    [[nodiscard]] std::uint64_t arbitrations() const noexcept { return arbitrations_; }
    /// Sum of the times from ready to grant.
    [[nodiscard]] SimTime waited() const noexcept { return waited_; }
    [[nodiscard]] std::size_t queued() const noexcept { return queued_; }
    /// It is known when one of the TLPs that wait may go.
    [[nodiscard]] bool has_deadline() const noexcept { return timer_.armed(); }
    /// Of a TLP of this class; 0 before the first.
    [[nodiscard]] SimTime last_grant(pcie::FlowClass flow) const noexcept {
        return last_grant_[static_cast<std::size_t>(flow)];
    }
    [[nodiscard]] const std::vector<CrossbarInput>& inputs() const noexcept { return inputs_; }

private:
    void arbitrate();
    SimTime look_for_bad(SimTime seen);
    [[nodiscard]] bool find_candidates(SimTime edge, SimTime& next);
    [[nodiscard]] bool find_candidate(std::size_t input, SimTime seen, SimTime& next);
    void forget_candidate(std::size_t input) noexcept;
    [[nodiscard]] std::uint64_t still_going(std::size_t word, SimTime seen) const noexcept;
    [[nodiscard]] bool any_may_go(SimTime seen, SimTime& next) const;
    void grant(std::size_t winner, SimTime edge);
    [[nodiscard]] CrossbarEntry take(std::size_t input, std::size_t index, SimTime edge);
    static void leave(const CrossbarEntry& entry, SimTime at);
    void arm_after(SimTime time);
    void arm_for_next_grant();
    [[nodiscard]] bool waits_for_room(const CrossbarRoom& room) const noexcept;

    CrossbarSink& sink_;
    Config config_;
    std::vector<CrossbarInput> inputs_;
    InputSet occupied_; ///< TLPs wait there
    /// By FlowClass: the first TLP waits for nothing but room and the arbiter. Non-posted requests wait for more.
    std::array<InputSet, pcie::flow_class_count> going_;
    std::unique_ptr<pooling::Arbiter> arbiter_;
    std::vector<pooling::ArbiterRequest> requests_; ///< of the last arbitration, by input
    std::vector<std::size_t> candidates_;           ///< their places in the queues
    Timer timer_;
    CrossbarRoom room_{}; ///< of the last look at all inputs, which the timer goes by
    SimTime busy_until_{};
    std::array<SimTime, pcie::flow_class_count> last_grant_{};
    std::uint64_t granted_ = 0;
    std::uint64_t dropped_ = 0;
    std::size_t bad_ = 0; ///< of the TLPs that wait
    std::uint64_t arbitrations_ = 0;
    std::size_t queued_ = 0;
    std::array<std::size_t, pcie::flow_class_count> queued_of_class_{};
    bool delivering_ = false;
    SimTime waited_{};
    GrantObserver* observer_ = nullptr;
    GrantPlace place_;
};

} // namespace rootpool::models
