#include "tests/twin/run_twin.h"

#include "tests/reference/link.h"

namespace rootpool::twin {
namespace {

using reference::Moment;

class Faults : public reference::FaultSource {
public:
    explicit Faults(const Direction& of) : of_(of) {}
    reference::Fate fate(bool is_tlp, unsigned index, unsigned /*bytes*/) override {
        const auto& fates = is_tlp ? of_.tlp_fates : of_.dllp_fates;
        return index < fates.size() ? fates[index] : reference::Fate::intact;
    }

private:
    const Direction& of_;
};

/// What stands above an end: frees the buffers of what it receives.
class Above : public reference::TransactionLayer {
public:
    Above(reference::LinkEnd& end, const reference::LinkTicks& ticks, Trace& received, Trace& sent)
        : end_(end), ticks_(ticks), received_(received), sent_(sent) {
        end.connect(*this);
    }
    void receive(const pcie::TlpPtr& tlp, SimTime first_beat, Moment now) override {
        received_.deliveries.push_back({now.time, first_beat, identity(*tlp)});
        end_.release(pcie::flow_class(tlp->header.kind), 1, (pcie::payload_bytes(tlp->header) + 15) / 16,
                     release_time(*tlp, now.time, ticks_));
    }
    void returned(const pcie::TlpPtr& tlp, Moment /*now*/) override { sent_.returns.push_back({identity(*tlp)}); }

private:
    reference::LinkEnd& end_;
    const reference::LinkTicks& ticks_;
    Trace& received_;
    Trace& sent_;
};

class Writer : public reference::Recorder {
public:
    Writer(const reference::LinkTicks& ticks, Traces& traces) : ticks_(ticks), traces_(traces) {}

    void started(const reference::PacketStarted& event) override {
        const reference::Packet& packet = event.packet;
        if (packet.kind == reference::PacketKind::skip) {
            return; // the model reports none
        }
        const reference::Tick length =
            packet.tlp ? ticks_.tlp_length(reference::link_bytes(packet.tlp->header)) : ticks_.dllp_length();
        traces_[event.end].starts.push_back({event.now.time, ticks_.time_of(event.now.tick + length), packet.kind,
                                             event.fate, packet.sequence,
                                             packet.tlp ? pcie::flow_class(packet.tlp->header.kind) : packet.flow_class,
                                             packet.credits, packet.tlp ? identity(*packet.tlp) : TlpIdentity{}});
    }
    void received(const reference::PacketReceived& event) override {
        const bool is_dllp = event.verdict == reference::Verdict::dllp;
        traces_[1 - event.end].receptions.push_back(
            {event.now.time, is_dllp ? reference::Verdict::accepted : event.verdict});
    }

private:
    const reference::LinkTicks& ticks_;
    Traces& traces_;
};

} // namespace

TwinRun run_twin(const LinkCase& of, reference::Mutation mutation) {
    TwinRun run;
    reference::LinkSettings settings = of.settings;
    settings.mutation = mutation;
    reference::Link link(settings);
    Writer writer(link.ticks(), run.traces);
    link.set_recorder(writer);
    std::array<Faults, 2> faults{Faults(of.directions[0]), Faults(of.directions[1])};
    std::array<Above, 2> above{Above(link.end(0), link.ticks(), run.traces[1], run.traces[0]),
                               Above(link.end(1), link.ticks(), run.traces[0], run.traces[1])};
    for (unsigned end : {0U, 1U}) {
        link.end(end).set_faults(faults[end]);
        for (const Submission& submission : of.directions[end].submissions) {
            link.end(end).submit(submission.tlp, submission.ready);
        }
    }
    link.run_until(of.end);
    run.coverage = {link.end(0).coverage(), link.end(1).coverage()};
    return run;
}

} // namespace rootpool::twin
