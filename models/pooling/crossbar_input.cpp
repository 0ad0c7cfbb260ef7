#include "models/pooling/crossbar_input.h"

#include <algorithm>

namespace rootpool::models {

namespace {

bool goes_before(const CrossbarEntry& one, const CrossbarEntry& other) noexcept {
    return one.ready < other.ready || (one.ready == other.ready && one.rank < other.rank);
}

} // namespace

std::size_t CrossbarInput::push(CrossbarEntry entry) {
    entry.flow = pcie::flow_class(entry.tlp->header.kind);
    ++of_class_[static_cast<std::size_t>(entry.flow)];
    std::size_t index = entries_.size();
    while (index > 0 && goes_before(entry, entries_[index - 1])) {
        --index;
    }
    if (index == entries_.size()) {
        entries_.push(std::move(entry));
    } else {
        entries_.insert(index, std::move(entry));
    }
    return index;
}

CrossbarEntry CrossbarInput::take(std::size_t index, SimTime edge) {
    if (index == 0) {
        first_since_ = edge;
    }
    --of_class_[static_cast<std::size_t>(entries_[index].flow)];
    return entries_.take(index);
}

std::size_t CrossbarInput::drop_bad(SimTime seen, SimTime period, SimTime& next) {
    std::size_t dropped = 0;
    for (std::size_t i = 0; i < entries_.size();) {
        if (entries_[i].bad_end <= seen) {
            static_cast<void>(take(i, core::edge_after(entries_[i].bad_end, period)));
            ++dropped;
        } else {
            next = std::min(next, entries_[i].bad_end);
            ++i;
        }
    }
    return dropped;
}

std::size_t CrossbarInput::find(CrossbarSink& sink, const CrossbarRoom& room, SimTime seen, SimTime& next) const {
    std::array<std::size_t, pcie::flow_class_count> left = with_room(room);
    const std::size_t looked_at = policy_ == pcie::OrderingPolicy::fifo ? std::min<std::size_t>(1, size()) : size();
    for (std::size_t i = 0; i < looked_at && left[0] + left[1] + left[2] != 0; ++i) {
        const CrossbarEntry& entry = entries_[i];
        if (entry.ready >= next) {
            break; // and so are all behind it
        }
        std::size_t& left_of_class = left[static_cast<std::size_t>(entry.flow)];
        if (left_of_class == 0) {
            continue;
        }
        --left_of_class;
        const SimTime after = accepted_after(sink, room, entry, seen);
        if (after < next && pcie::first_blocker(entries_, i, policy_) == i) {
            if (after <= seen) {
                return i;
            }
            next = after;
        }
        if (after >= next && entry.flow != pcie::FlowClass::non_posted) {
            left_of_class = 0; // what waits for the same room behind it goes no earlier
        }
    }
    return none;
}

SimTime CrossbarInput::may_go_after(CrossbarSink& sink, const CrossbarRoom& room, std::size_t index,
                                    SimTime seen) const {
    if (pcie::first_blocker(entries_, index, policy_) != index) {
        return core::never;
    }
    return accepted_after(sink, room, entries_[index], seen);
}

SimTime CrossbarInput::accepted_after(CrossbarSink& sink, const CrossbarRoom& room, const CrossbarEntry& entry,
                                      SimTime seen) const {
    const SimTime after = std::max(entry.ready, room[static_cast<std::size_t>(entry.flow)]);
    if (entry.flow != pcie::FlowClass::non_posted || after == core::never) {
        return after;
    }
    return std::max(after, sink.accepts_after(number_, entry, seen));
}

/// TLPs of the classes for which the sink knows when it has room: a queue that waits for room as a whole costs nothing.
std::array<std::size_t, pcie::flow_class_count> CrossbarInput::with_room(const CrossbarRoom& room) const noexcept {
    std::array<std::size_t, pcie::flow_class_count> count = of_class_;
    for (std::size_t flow = 0; flow < count.size(); ++flow) {
        if (room[flow] == core::never) {
            count[flow] = 0;
        }
    }
    return count;
}

} // namespace rootpool::models
