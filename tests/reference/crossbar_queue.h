#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "tests/reference/link_port.h"
#include "tests/reference/return_place.h"
#include "tests/reference/switch_coverage.h"

namespace rootpool::reference {

/// A TLP in a queue of the crossbar.
struct Queued {
    pcie::TlpPtr tlp;              ///< as it goes on
    Edge ready = 0;                ///< edges after see it
    unsigned rank = 0;             ///< among those that are ready at the same edge
    Buffered received{};           ///< as it came
    ReceiveMemory* from = nullptr; ///< where it is; none: it was made here, or is bad
    std::optional<Edge> bad_end{}; ///< of a bad TLP: the last edge at which it is there
    Edge transfer = 0;             ///< cycles, from its grant
    Edge whole = 0;                ///< of what came over a link: its last beat is there, edges after see it
    WaitCauses waited{};
};

/// Edges of 3.9 at which a TLP that is cut through is in the queue.
struct CutThroughEdges {
    Edge ready;
    Edge whole; ///< its end is there
};
/// `header`: the first edge after the header; `last`: the first after the last beat; `stages` from there to the queue.
[[nodiscard]] CutThroughEdges cut_through_edges(Edge header, Edge last, Edge transfer, unsigned stages,
                                                Mutation mutation);

/// Says what stands behind an output, for a TLP that waits in front of it.
class BehindOutput {
public:
    virtual ~BehindOutput() = default;
    /// The egress port has a place.
    [[nodiscard]] virtual bool has_place(pcie::FlowClass flow_class) const = 0;
    /// For a non-posted request.
    [[nodiscard]] virtual ReturnPlace return_place(std::size_t /*input*/, const pcie::Tlp& /*tlp*/) const {
        return ReturnPlace::free;
    }
    /// It goes at this edge.
    virtual void granted(std::size_t input, const Queued& queued, Edge now) = 0;
};

/// The queue of one input of a crossbar output (docs/timing.md 3.2, 3.3).
class CrossbarQueue {
public:
    CrossbarQueue(std::size_t input, QueuePolicy policy, Mutation mutation) noexcept
        : input_(input), policy_(policy), mutation_(mutation) {}

    void put(Queued queued);
    /// Bad TLPs whose end is known are not there any more. How many.
    std::size_t drop_bad(Edge now);
    [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
    /// Position of the oldest TLP that may go at this edge.
    [[nodiscard]] std::optional<std::size_t> choose(const BehindOutput& behind, Edge now, SwitchCoverage& coverage);
    [[nodiscard]] const Queued& at(std::size_t position) const { return waiting_[position]; }
    /// It goes at an edge.
    [[nodiscard]] Queued take(std::size_t position, Edge now, SwitchCoverage& coverage);
    /// The first, which ends at an edge.
    [[nodiscard]] Queued take_first(Edge now);
    /// Edge at which the TLP that was first before this one left; 0 if there was none.
    [[nodiscard]] Edge first_since() const noexcept { return first_since_; }
    /// All, at an edge.
    [[nodiscard]] std::deque<Queued> take_all(Edge now);

private:
    [[nodiscard]] bool is_ready(const Queued& queued, Edge now) const noexcept {
        return queued.ready < now || (queued.ready == now && mutation_ == Mutation::ready_of_same_edge_seen);
    }
    [[nodiscard]] bool has_room(Queued& queued, const BehindOutput& behind, SwitchCoverage& coverage) const;

    std::size_t input_;
    QueuePolicy policy_;
    Mutation mutation_;
    Edge first_since_ = 0;
    std::deque<Queued> waiting_; ///< in the order of ready and rank
};

} // namespace rootpool::reference
