#include "tests/reference/switch_port.h"

namespace rootpool::reference {

SwitchPort::SwitchPort(LinkEnd& end, OutputName name, const ArbiterSettings& arbiter, unsigned inward,
                       const SwitchSettings& settings, BehindOutput& behind, SwitchCoverage& coverage)
    : settings_(settings), coverage_(coverage), link_(end, settings.mutation),
      to_link_(name, arbiter, settings, behind, coverage), inward_(inward) {}

void SwitchPort::take_news(Edge now) {
    while (link_.has_news(time_of(now))) {
        if (link_.has_beginning(time_of(now))) {
            begin(link_.take_beginning(), now);
        } else {
            take(link_.take_arrival(), now);
        }
    }
}

Queued SwitchPort::cut_through(const Beginning& beginning, pcie::TlpPtr tlp, const CrossbarOutput& output,
                               ReceiveMemory& memory, Edge now) {
    const CutThroughEdges edges = cut_through_edges(now, edge_after(beginning.last_beat),
                                                    output.transfer_cycles(tlp->header), inward_, settings_.mutation);
    Queued queued{std::move(tlp), edges.ready};
    queued.whole = edges.whole;
    if (beginning.is_good) {
        queued.received = {beginning.tlp, beginning.connection};
        queued.from = &memory;
        link_.cut_through(beginning.tlp);
    } else {
        queued.bad_end = edges.whole;
    }
    ++coverage_.cut_through;
    return queued;
}

Handed SwitchPort::handed(const Queued& queued, Edge ready) const {
    return {queued.tlp, time_of(ready), time_of(ready + queued.transfer - 1), queued.bad_end.has_value(),
            settings_.stages.transmit_crossing};
}

} // namespace rootpool::reference
