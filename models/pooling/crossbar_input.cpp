#include "models/pooling/crossbar_input.h"

#include <algorithm>

#include "rootpool/pcie/link_arithmetic.h"

namespace rootpool::models {

namespace {

bool goes_before(const CrossbarEntry& one, const CrossbarEntry& other) noexcept {
    return one.ready < other.ready || (one.ready == other.ready && one.rank < other.rank);
}

} // namespace

std::size_t CrossbarInput::push(CrossbarEntry&& entry) {
    entry.flow = pcie::flow_class(entry.tlp->header.kind);
    entry.wire_bytes = pcie::wire_bytes(entry.tlp->header);
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
    look_at_front();
    return index;
}

CrossbarEntry CrossbarInput::take(std::size_t index, SimTime edge) {
    if (index == 0) {
        first_since_ = edge;
    }
    --of_class_[static_cast<std::size_t>(entries_[index].flow)];
    CrossbarEntry entry = entries_.take(index);
    look_at_front();
    return entry;
}

std::size_t CrossbarInput::find_bad(SimTime seen, SimTime& next) const noexcept {
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (entries_[i].bad_end <= seen) {
            return i;
        }
        next = std::min(next, entries_[i].bad_end);
    }
    return none;
}

void CrossbarInput::look_at_front() noexcept {
    if (!empty()) {
        front_ = {entries_.front().ready, entries_.front().wire_bytes, entries_.front().flow};
    }
}

std::size_t CrossbarInput::find_any(CrossbarSink& sink, const CrossbarRoom& room, SimTime seen, SimTime& next) const {
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
