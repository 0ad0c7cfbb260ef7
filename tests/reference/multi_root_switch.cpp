#include "tests/reference/multi_root_switch.h"

namespace rootpool::reference {

namespace {

SwitchSettings mutated(const SwitchSettings& of) {
    SwitchSettings made = of;
    const auto one_if = [&](Mutation mutation) { return of.mutation == mutation ? 1U : 0U; };
    made.stages.ingress += one_if(Mutation::ingress_plus_one);
    made.stages.arbitration -= one_if(Mutation::arbitration_minus_one);
    made.stages.egress += one_if(Mutation::egress_plus_one);
    made.stages.local += one_if(Mutation::local_plus_one);
    made.stages.address_lookup -= one_if(Mutation::address_lookup_minus_one);
    made.stages.interrupt_lookup += one_if(Mutation::interrupt_lookup_plus_one);
    made.stages.receive_crossing += one_if(Mutation::receive_crossing_plus_one);
    made.stages.transmit_crossing += one_if(Mutation::transmit_crossing_plus_one);
    made.stages.compose += one_if(Mutation::compose_plus_one);
    for (std::size_t flow = 0; flow < pcie::flow_class_count; ++flow) {
        made.root_quota[flow].headers += one_if(Mutation::root_quota_plus_one);
        made.root_quota[flow].data -= one_if(Mutation::root_quota_data_minus_one);
        made.root_reserve[flow].headers += one_if(Mutation::root_reserve_plus_one);
    }
    if (of.mutation == Mutation::prefix_not_counted) {
        made.tagging = TaggingKind::reserved_bits;
    }
    return made;
}

} // namespace

MultiRootSwitch::MultiRootSwitch(const SwitchSettings& settings, const std::vector<Link*>& roots,
                                 const std::vector<Link*>& devices, pcie::TlpFactory& factory)
    : settings_(mutated(settings)) {
    std::vector<UpstreamPort*> to_roots;
    for (std::size_t root = 0; root < roots.size(); ++root) {
        upstream_.push_back(std::make_unique<UpstreamPort>(root, roots[root]->end(1), settings_, factory, coverage_));
        to_roots.push_back(upstream_.back().get());
    }
    std::vector<DownstreamPort*> to_devices;
    for (std::size_t device = 0; device < devices.size(); ++device) {
        downstream_.push_back(
            std::make_unique<DownstreamPort>(device, *devices[device], settings_, factory, coverage_));
        downstream_.back()->connect(to_roots);
        to_devices.push_back(downstream_.back().get());
    }
    for (const auto& port : upstream_) {
        port->connect(to_devices);
    }
}

void MultiRootSwitch::set_recorder(GrantRecorder& recorder) noexcept {
    for (const auto& port : upstream_) {
        port->set_recorder(recorder);
    }
    for (const auto& port : downstream_) {
        port->set_recorder(recorder);
    }
}

void MultiRootSwitch::follow_roots() {
    for (std::size_t number = 0; number < upstream_.size(); ++number) {
        const pcie::RootId root(static_cast<std::uint8_t>(number));
        while (upstream_[number]->has_change(now_)) {
            const LinkChange change = upstream_[number]->follow_link(now_);
            for (const auto& port : downstream_) {
                port->follow_root(root, change, now_);
            }
        }
    }
}

void MultiRootSwitch::step() {
    for (const auto& port : upstream_) {
        port->take_inputs(now_);
    }
    follow_roots();
    for (const auto& port : downstream_) {
        port->take_inputs(now_);
        port->follow_link(now_);
    }
    for (const auto& port : upstream_) {
        port->keep_fence(now_);
    }
    for (const auto& port : downstream_) {
        port->share_buffer(now_);
    }
    for (const auto& port : upstream_) {
        port->step(now_);
    }
    for (const auto& port : downstream_) {
        port->step(now_);
    }
    ++now_;
}

} // namespace rootpool::reference
