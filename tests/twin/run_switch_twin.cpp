#include "tests/twin/run_switch_twin.h"

#include "tests/reference/multi_root_switch.h"
#include "tests/twin/far_end.h"
#include "tests/twin/recorded_twin_link.h"

namespace rootpool::twin {
namespace {

using reference::Moment;

/// A far end above its end of a link.
class Above : public reference::TransactionLayer {
public:
    Above(RecordedTwinLink& link, const PortCase& of, const reference::DeviceTables* device, pcie::TlpFactory& factory)
        : end_(link.link().end(device == nullptr ? 0 : 1)), ticks_(link.link().ticks()), case_(of),
          far_end_(of, device, factory), received_(link.events()[device == nullptr ? 1 : 0]),
          sent_(link.events()[device == nullptr ? 0 : 1]) {
        end_.connect(*this);
    }

    void receive(const pcie::TlpPtr& tlp, SimTime first_beat, Moment now) override {
        received_.deliveries.push_back({now.time, first_beat, identity(*tlp)});
        end_.release(pcie::flow_class(tlp->header.kind), 1, (pcie::payload_bytes(tlp->header) + 15) / 16,
                     release_time(case_, *tlp, now.time, ticks_));
        far_end_.receive(*tlp, now.time);
    }
    void returned(const pcie::TlpPtr& tlp, Moment /*now*/) override { sent_.returns.push_back({identity(*tlp)}); }

    /// Hands over what is due before `end`.
    void hand_over(SimTime end) {
        while (far_end_.next_call() < end) {
            Submission one = far_end_.take_next();
            end_.submit(std::move(one.tlp), one.ready);
        }
    }

private:
    reference::LinkEnd& end_;
    const reference::LinkTicks& ticks_;
    const PortCase& case_;
    FarEnd far_end_;
    Trace& received_;
    Trace& sent_;
};

class GrantWriter : public reference::GrantRecorder {
public:
    explicit GrantWriter(std::vector<Grant>& grants) : grants_(grants) {}
    void granted(const reference::Granted& event) override {
        const auto leads = static_cast<OutputPlace::Leads>(event.output.leads);
        grants_.push_back(
            {reference::time_of(event.now), {leads, event.output.number}, event.input, identity(event.tlp)});
    }

private:
    std::vector<Grant>& grants_;
};

[[nodiscard]] reference::SwitchSettings mutated(const SwitchCase& of, reference::Mutation mutation) {
    reference::SwitchSettings settings = of.settings;
    settings.mutation = mutation;
    return settings;
}

[[nodiscard]] reference::Mutation mutation_of_links(reference::Mutation mutation) noexcept {
    return mutation >= reference::first_cut_through_link_mutation ? mutation : reference::Mutation::none;
}

/// The twins of the links of one side of a switch, and what is at their far ends.
class Side {
public:
    Side(const SwitchCase& of, bool of_devices, pcie::TlpFactory& factory, reference::Mutation mutation) {
        const std::vector<PortCase>& ports = of_devices ? of.devices : of.roots;
        for (std::size_t number = 0; number < ports.size(); ++number) {
            recorded_.push_back(std::make_unique<RecordedTwinLink>(ports[number].link, mutation));
            above_.push_back(std::make_unique<Above>(*recorded_.back(), ports[number],
                                                     of_devices ? &of.settings.devices[number] : nullptr, factory));
            links_.push_back(&recorded_.back()->link());
        }
    }

    [[nodiscard]] const std::vector<reference::Link*>& links() const noexcept { return links_; }
    void run_until(SimTime end) {
        for (std::size_t number = 0; number < links_.size(); ++number) {
            above_[number]->hand_over(end);
            links_[number]->run_until(end);
        }
    }
    [[nodiscard]] std::vector<Traces> traces() {
        std::vector<Traces> made;
        for (const auto& one : recorded_) {
            made.push_back(std::move(one->events()));
        }
        return made;
    }
    void add_coverage(std::vector<reference::Coverage>& to) const {
        for (reference::Link* const link : links_) {
            to.push_back(link->end(0).coverage());
            to.push_back(link->end(1).coverage());
        }
    }

private:
    std::vector<std::unique_ptr<RecordedTwinLink>> recorded_;
    std::vector<std::unique_ptr<Above>> above_;
    std::vector<reference::Link*> links_;
};

} // namespace

SwitchTwinRun run_switch_twin(const SwitchCase& of, reference::Mutation mutation) {
    SwitchTwinRun run;
    pcie::TlpFactory factory; // before the links, which keep TLPs
    GrantWriter grants(run.traces.grants);
    const reference::Mutation of_links = mutation_of_links(mutation);
    Side roots(of, false, factory, of_links);
    Side devices(of, true, factory, of_links);
    reference::MultiRootSwitch fabric(mutated(of, mutation), roots.links(), devices.links(), factory);
    fabric.set_recorder(grants);
    const auto run_links = [&](SimTime end) {
        roots.run_until(end);
        devices.run_until(end);
    };
    // Ticks of the very time of an edge are evaluated before it, and it must not see them.
    for (SimTime edge{}; edge < of.end; edge = reference::time_of(fabric.next())) {
        run_links(edge + SimTime{1});
        fabric.step();
    }
    run_links(of.end);
    run.traces.sort_grants();
    run.traces.roots = roots.traces();
    run.traces.devices = devices.traces();
    run.coverage = fabric.coverage();
    roots.add_coverage(run.links);
    devices.add_coverage(run.links);
    return run;
}

} // namespace rootpool::twin
