#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "tests/reference/arbiter.h"
#include "tests/reference/crossbar_queue.h"
#include "tests/reference/switch_hooks.h"

namespace rootpool::reference {

/// One output of the crossbar: queues, arbiter and one data path (docs/timing.md 3.4).
class CrossbarOutput {
public:
    CrossbarOutput(OutputName name, const ArbiterSettings& arbiter, const SwitchSettings& settings,
                   BehindOutput& behind, SwitchCoverage& coverage);

    void set_recorder(GrantRecorder& recorder) noexcept { recorder_ = &recorder; }
    /// The TLP is in the queue of `input` from its `ready` on.
    void put(std::size_t input, Queued queued) { queues_[input].put(std::move(queued)); }
    [[nodiscard]] const CrossbarQueue& queue(std::size_t input) const { return queues_[input]; }
    /// Takes the first TLP of an input out without a grant.
    [[nodiscard]] Queued take_first(std::size_t input, Edge now) { return queues_[input].take_first(now); }
    /// Edge of the last grant of a TLP of this class; 0 if there was none.
    [[nodiscard]] Edge last_grant(pcie::FlowClass flow_class) const { return last_grants_[index_of(flow_class)]; }
    /// Bad TLPs whose end is known are not there any more.
    void drop_bad(Edge now);
    /// Drops what is in the queue of `input`, or on its way into it.
    void flush(std::size_t input, Edge now);
    /// Grants a candidate if there is one.
    void step(Edge now) {
        if (free_ <= now && is_asked()) {
            arbitrate(now);
        }
    }
    [[nodiscard]] Edge transfer_cycles(const pcie::TlpHeader& header) const noexcept;

private:
    /// A TLP waits, whether or not it may go.
    [[nodiscard]] bool is_asked() const noexcept {
        return std::ranges::any_of(queues_, [](const CrossbarQueue& queue) { return !queue.empty(); });
    }
    void arbitrate(Edge now);
    [[nodiscard]] std::size_t find_candidates(Edge now);
    void grant(std::size_t winner, Edge now);

    OutputName name_;
    ArbiterKind kind_;
    Mutation mutation_;
    unsigned prefix_bytes_;
    BehindOutput& behind_;
    SwitchCoverage& coverage_;
    GrantRecorder* recorder_ = nullptr;
    std::vector<CrossbarQueue> queues_;
    std::unique_ptr<Arbiter> arbiter_;
    Candidates candidates_;
    PerClass<Edge> last_grants_{};
    Edge free_ = 0; ///< the data path, from this edge on
};

} // namespace rootpool::reference
