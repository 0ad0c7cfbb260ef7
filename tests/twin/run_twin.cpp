#include "tests/twin/run_twin.h"

#include "tests/twin/recorded_twin_link.h"

namespace rootpool::twin {
namespace {

using reference::Moment;

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

} // namespace

TwinRun run_twin(const LinkCase& of, reference::Mutation mutation) {
    RecordedTwinLink recorded(of, mutation);
    reference::Link& link = recorded.link();
    Traces& traces = recorded.events();
    std::array<Above, 2> above{Above(link.end(0), link.ticks(), traces[1], traces[0]),
                               Above(link.end(1), link.ticks(), traces[0], traces[1])};
    for (unsigned end : {0U, 1U}) {
        for (const Submission& submission : of.directions[end].submissions) {
            link.end(end).submit(submission.tlp, submission.ready);
        }
    }
    link.run_until(of.end);
    return {std::move(traces), {link.end(0).coverage(), link.end(1).coverage()}};
}

} // namespace rootpool::twin
