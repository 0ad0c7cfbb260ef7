#include "tests/twin/recorded_twin_link.h"

namespace rootpool::twin {
namespace {

[[nodiscard]] reference::LinkSettings mutated(const LinkCase& of, reference::Mutation mutation) {
    reference::LinkSettings settings = of.settings;
    settings.mutation = mutation;
    return settings;
}

} // namespace

RecordedTwinLink::RecordedTwinLink(const LinkCase& of, reference::Mutation mutation)
    : link_(mutated(of, mutation)), faults_{Faults(of.directions[0]), Faults(of.directions[1])},
      writer_(link_.ticks(), traces_) {
    link_.set_recorder(writer_);
    for (unsigned end : {0U, 1U}) {
        link_.end(end).set_faults(faults_[end]);
    }
}

reference::Fate RecordedTwinLink::Faults::fate(bool is_tlp, unsigned index, unsigned /*bytes*/) {
    const auto& fates = is_tlp ? of_.tlp_fates : of_.dllp_fates;
    return index < fates.size() ? fates[index] : reference::Fate::intact;
}

void RecordedTwinLink::Writer::started(const reference::PacketStarted& event) {
    const reference::Packet& packet = event.packet;
    if (packet.kind == reference::PacketKind::skip) {
        return; // the model reports none
    }
    traces_[event.end].starts.push_back({event.now.time, ticks_.time_of(event.wire_free), packet.kind, event.fate,
                                         packet.sequence,
                                         packet.tlp ? pcie::flow_class(packet.tlp->header.kind) : packet.flow_class,
                                         packet.credits, packet.tlp ? identity(*packet.tlp) : TlpIdentity{}});
}

void RecordedTwinLink::Writer::received(const reference::PacketReceived& event) {
    const bool is_dllp = event.verdict == reference::Verdict::dllp;
    traces_[1 - event.end].receptions.push_back(
        {event.now.time, is_dllp ? reference::Verdict::accepted : event.verdict});
}

} // namespace rootpool::twin
