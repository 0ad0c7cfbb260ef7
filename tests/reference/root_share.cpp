#include "tests/reference/root_share.h"

#include <algorithm>

namespace rootpool::reference {

namespace {

unsigned data_credits(const pcie::Tlp& tlp) noexcept { return (pcie::payload_bytes(tlp.header) + 15) / 16; }

} // namespace

void RootShare::come(const Buffered& received, Edge ready) { occupants_.push_back({received, ready}); }

void RootShare::update(Edge now) {
    std::erase_if(occupants_, [&](const Occupant& one) { return one.leaves < time_of(now); });
    for (Occupant& one : occupants_) {
        if (one.where == Where::under_way && one.leaves == core::never && one.ready < now) {
            one.where = Where::buffer;
            decide(one, now);
        }
    }
}

void RootShare::decide(Occupant& arrived, Edge now) {
    const pcie::Tlp& tlp = *arrived.received.tlp;
    const pcie::FlowClass flow_class = pcie::flow_class(tlp.header.kind);
    const std::size_t index = index_of(flow_class);
    if (fits(use(Where::buffer, flow_class), settings_.root_quota[index])) {
        return;
    }
    Use wanted = use(Where::reserve, flow_class);
    wanted.headers += 1;
    wanted.data += data_credits(tlp);
    if (settings_.mutation == Mutation::reserve_ignored || !fits(wanted, settings_.root_reserve[index])) {
        ++coverage_.above_quota[index];
        return;
    }
    ++coverage_.moved_to_reserve[index];
    arrived.where = Where::reserve;
    if (settings_.mutation != Mutation::reserve_keeps_credits) {
        buffer_.release(arrived.received, time_of(now));
    }
}

RootShare::Use RootShare::use(Where where, pcie::FlowClass flow_class) const {
    Use sum;
    for (const Occupant& one : occupants_) {
        if (one.where == where && pcie::flow_class(one.received.tlp->header.kind) == flow_class) {
            sum.headers += 1;
            sum.data += data_credits(*one.received.tlp);
        }
    }
    return sum;
}

void RootShare::release(const Buffered& received, SimTime at) {
    const auto found = std::ranges::find_if(
        occupants_, [&](const Occupant& one) { return one.received.tlp.get() == received.tlp.get(); });
    found->leaves = at;
    if (found->where != Where::reserve || settings_.mutation == Mutation::reserve_keeps_credits) {
        buffer_.release(received, at);
    }
}

} // namespace rootpool::reference
