#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "models/pcie/port.h"
#include "rootpool/core/ring_queue.h"
#include "rootpool/pcie/ordering.h"
#include "rootpool/pooling/arbiter.h"
#include "rootpool/pooling/virtual_switch.h"

namespace rootpool::models {

class RootQueue;

/// A TLP in a queue of the crossbar.
struct CrossbarEntry {
    pcie::TlpPtr tlp;      ///< as it goes on
    pcie::TlpPtr received; ///< as it came, if it still occupies the receive buffer of `from`
    Port* from = nullptr;
    RootQueue* queue = nullptr;    ///< of a TLP from a device: which memory it occupies
    SimTime ready{};               ///< when it is in the queue; edges after see it
    SimTime whole{};               ///< of a received TLP: when its last beat is in the queue
    SimTime bad_end = core::never; ///< of a TLP that is bad: edges after do not see it any more
    SimTime last_beat{};           ///< set by the grant: when it leaves the queue
    unsigned rank = 0;             ///< among those that are ready at the same time, the smaller first
    pooling::Route route{};        ///< of a TLP from a root
    // Set by the queue.
    pcie::FlowClass flow{};
    unsigned wire_bytes = 0;
};

/// By FlowClass: a TLP can be taken at any edge after this; core::never if that is unknown.
using CrossbarRoom = std::array<SimTime, pcie::flow_class_count>;

/// What stands behind one output of the crossbar.
class CrossbarSink {
public:
    /// For what is not waited for.
    static constexpr SimTime at_once{-1};

    virtual ~CrossbarSink() = default;
    /// When it becomes known for what is not known now, the sink calls CrossbarOutput::wake().
    [[nodiscard]] virtual const CrossbarRoom& room() const = 0;
    /// The same for what else this non-posted request waits for, as far as it is known at `seen`.
    [[nodiscard]] virtual SimTime accepts_after(std::size_t /*input*/, const CrossbarEntry& /*entry*/,
                                                SimTime /*seen*/) {
        return at_once;
    }
    /// The TLP was granted at `edge`.
    virtual void deliver(std::size_t input, CrossbarEntry& entry, SimTime edge) = 0;
};

/// The queue of one input of a crossbar output, in order of arrival. The oldest TLP that may go goes: as in the
/// transmit queue of a link, a younger one passes only what cannot go itself (PCIe base 2.4.1, docs/timing.md 3.4).
class CrossbarInput {
public:
    static constexpr std::size_t none = SIZE_MAX;

    CrossbarInput(std::size_t number, pcie::OrderingPolicy policy) noexcept : number_(number), policy_(policy) {}

    /// Where the entry stands: before those that are ready later, or at the same time with a larger rank.
    std::size_t push(CrossbarEntry&& entry);
    /// At an edge.
    [[nodiscard]] CrossbarEntry take(std::size_t index, SimTime edge);
    /// A TLP whose bad end is at or before `seen`; none if there is none. Then `next` becomes the earliest bad end, if
    /// that is before `next`.
    [[nodiscard]] std::size_t find_bad(SimTime seen, SimTime& next) const noexcept;
    /// When the first TLP became the first, if it was ready.
    [[nodiscard]] SimTime first_since() const noexcept { return first_since_; }
    [[nodiscard]] pcie::OrderingPolicy policy() const noexcept { return policy_; }
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    [[nodiscard]] const CrossbarEntry& operator[](std::size_t index) const noexcept { return entries_[index]; }

    /// The oldest TLP that may go at an edge that sees everything up to `seen`; none if there is none. `next` becomes
    /// the earliest time after which one may, if that is before `next`.
    [[nodiscard]] std::size_t find(CrossbarSink& sink, const CrossbarRoom& room, SimTime seen, SimTime& next) const {
        const auto flow = static_cast<std::size_t>(front_.flow);
        const SimTime after = std::max(front_.ready, room[flow]);
        if (empty() || front_.flow == pcie::FlowClass::non_posted) {
            return find_any(sink, room, seen, next);
        }
        if (after <= seen) {
            return 0;
        }
        if (of_class_[flow] != size()) {
            return find_any(sink, room, seen, next);
        }
        next = std::min(next, after); // all wait for the same room
        return none;
    }
    /// Of the first TLP, if there is one.
    [[nodiscard]] pcie::FlowClass first_flow() const noexcept { return front_.flow; }
    /// What an arbiter has to know of the TLP at `index`.
    [[nodiscard]] pooling::ArbiterRequest request(std::size_t index) const noexcept {
        return index == 0 ? pooling::ArbiterRequest{true, front_.wire_bytes, front_.ready}
                          : pooling::ArbiterRequest{true, entries_[index].wire_bytes, entries_[index].ready};
    }
    /// The time after which this TLP may go; core::never if it waits for room or for a TLP before it.
    [[nodiscard]] SimTime may_go_after(CrossbarSink& sink, const CrossbarRoom& room, std::size_t index,
                                       SimTime seen) const;

private:
    /// What is asked most of the first TLP.
    struct Front {
        SimTime ready{};
        unsigned wire_bytes = 0;
        pcie::FlowClass flow{};
    };
    [[nodiscard]] std::size_t find_any(CrossbarSink& sink, const CrossbarRoom& room, SimTime seen, SimTime& next) const;
    void look_at_front() noexcept;
    [[nodiscard]] SimTime accepted_after(CrossbarSink& sink, const CrossbarRoom& room, const CrossbarEntry& entry,
                                         SimTime seen) const;
    [[nodiscard]] std::array<std::size_t, pcie::flow_class_count> with_room(const CrossbarRoom& room) const noexcept;

    std::size_t number_;
    pcie::OrderingPolicy policy_;
    core::RingQueue<CrossbarEntry> entries_;
    Front front_;
    SimTime first_since_{};
    std::array<std::size_t, pcie::flow_class_count> of_class_{};
};

} // namespace rootpool::models
