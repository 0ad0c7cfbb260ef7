#include "tests/twin/model_switch.h"

#include <fmt/format.h>

#include "tests/twin/far_end.h"
#include "tests/twin/switch_setup.h"

namespace rootpool::twin {

using models::now;
using models::Port;

namespace {

[[nodiscard]] models::SwitchTiming timing_of(const reference::StageCycles& stages) {
    models::SwitchTiming made;
    made.ingress = stages.ingress;
    made.arbitration = stages.arbitration;
    made.id_lookup = stages.id_lookup;
    made.address_lookup = stages.address_lookup;
    made.interrupt_lookup = stages.interrupt_lookup;
    made.compose = stages.compose;
    made.egress = stages.egress;
    made.local = stages.local;
    made.receive_crossing = stages.receive_crossing;
    made.transmit_crossing = stages.transmit_crossing;
    return made;
}

[[nodiscard]] models::MultiRootSwitchConfig config_of(const SwitchCase& of) {
    static constexpr std::array<const char*, reference::arbiter_count> arbiters = {"round_robin", "weighted", "age",
                                                                                   "strict_priority", "byte_fair"};
    const reference::SwitchSettings& settings = of.settings;
    models::MultiRootSwitchConfig made;
    made.roots = static_cast<unsigned>(of.roots.size());
    for (std::size_t device = 0; device < of.devices.size(); ++device) {
        models::PooledDeviceConfig one{settings.devices[device].master, {}};
        one.profile.total_vfs = of.setups[device].total_vfs;
        made.devices.push_back(one);
    }
    made.return_route = settings.return_route == reference::ReturnRouteKind::scoreboard ? "scoreboard" : "completer_id";
    made.tagging = settings.tagging == reference::TaggingKind::reserved_bits ? "reserved_bits" : "local_prefix";
    made.arbiter = arbiters[static_cast<std::size_t>(settings.arbiter)];
    made.weights = settings.weights;
    made.priorities = settings.priorities;
    made.ordering = settings.queue_policy == reference::QueuePolicy::table ? pcie::OrderingPolicy::table
                                                                           : pcie::OrderingPolicy::fifo;
    made.timing = timing_of(settings.stages);
    made.switching = settings.cut_through ? pooling::Switching::cut_through : pooling::Switching::store_and_forward;
    made.quota_per_root = settings.quota_per_root;
    made.root_quota = credits_of(settings.root_quota);
    made.root_reserve = credits_of(settings.root_reserve);
    made.fence_timeout = settings.fence_timeout;
    made.upstream_credits = credits_of(of.roots[0].link.settings.advertised[1]);
    made.downstream_credits = credits_of(of.devices[0].link.settings.advertised[0]);
    return made;
}

} // namespace

/// A far end with its port, and the timer that calls it.
class ModelSwitch::Above : public models::PortOwner {
public:
    Above(const std::string& name, models::Scheduler& scheduler, pcie::TlpFactory& factory, const PortCase& of,
          const reference::DeviceTables* device, Traces& traces)
        : port_(name.c_str(), *this, credits_of(of.link.settings.advertised[device == nullptr ? 0 : 1])),
          ticks_(ticks_of(of.link)), case_(of), far_end_(of, device, factory),
          received_(traces[device == nullptr ? 1 : 0]), sent_(traces[device == nullptr ? 0 : 1]),
          timer_(scheduler, models::Timer::Callback::to<&Above::hand_over>(*this)) {
        arm();
    }

    [[nodiscard]] Port& port() noexcept { return port_; }

    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override {
        received_.deliveries.push_back({last_beat, first_beat, identity(*tlp)});
        port.release(*tlp, release_time(case_, *tlp, last_beat, ticks_));
        far_end_.receive(*tlp, last_beat);
        arm();
    }
    void on_returned(Port& /*port*/, const pcie::TlpPtr& tlp) override { sent_.returns.push_back({identity(*tlp)}); }

private:
    void arm() {
        if (far_end_.next_call() != core::never) {
            timer_.arm_no_later_than(far_end_.next_call());
        }
    }
    void hand_over() {
        while (far_end_.next_call() <= now()) {
            const Submission one = far_end_.take_next();
            port_.send(one.tlp, one.ready);
        }
        arm();
    }

    Port port_;
    reference::LinkTicks ticks_;
    const PortCase& case_;
    FarEnd far_end_;
    Trace& received_;
    Trace& sent_;
    models::Timer timer_;
};

class ModelSwitch::GrantWriter : public models::GrantObserver {
public:
    explicit GrantWriter(std::vector<Grant>& grants) : grants_(grants) {}
    void on_grant(const models::GrantSighting& grant) override {
        const auto leads = static_cast<OutputPlace::Leads>(grant.place.leads);
        grants_.push_back({grant.edge, {leads, grant.place.number}, grant.input, identity(grant.tlp)});
    }

private:
    std::vector<Grant>& grants_;
};

ModelSwitch::ModelSwitch(const std::string& name, models::Scheduler& scheduler, pcie::TlpFactory& factory,
                         SwitchCase& of, Recording recording)
    : case_(of), grants_(std::make_unique<GrantWriter>(traces_.grants)),
      switch_((name + "_switch").c_str(), scheduler, factory, config_of(of)) {
    switch_.observe(*grants_);
    const std::vector<unsigned> tags = set_up(switch_, of, factory);
    for (std::size_t device = 0; device < tags.size(); ++device) {
        of.settings.devices[device].tags_used = tags[device];
    }
    for (std::size_t root = 0; root < of.roots.size(); ++root) {
        add_port(fmt::format("{}_root{}", name, root), scheduler, factory, false, root, recording);
    }
    for (std::size_t device = 0; device < of.devices.size(); ++device) {
        add_port(fmt::format("{}_device{}", name, device), scheduler, factory, true, device, recording);
    }
}

ModelSwitch::~ModelSwitch() = default;

void ModelSwitch::add_port(const std::string& name, models::Scheduler& scheduler, pcie::TlpFactory& factory,
                           bool at_device, std::size_t number, Recording recording) {
    const PortCase& of = at_device ? case_.devices[number] : case_.roots[number];
    const reference::DeviceTables* const device = at_device ? &case_.settings.devices[number] : nullptr;
    links_.push_back(std::make_unique<RecordedModelLink>(name + "_link", scheduler, of.link, recording));
    RecordedModelLink& link = *links_.back();
    above_.push_back(std::make_unique<Above>(name + "_port", scheduler, factory, of, device, link.events()));
    Port& far_port = above_.back()->port();
    const auto index = static_cast<std::uint8_t>(number);
    if (at_device) {
        link.link().connect(switch_.downstream_port(pooling::DeviceIndex(index)), far_port);
    } else {
        link.link().connect(far_port, switch_.upstream_port(pcie::RootId(index)));
    }
}

SwitchTraces ModelSwitch::traces() {
    for (std::size_t link = 0; link < links_.size(); ++link) {
        auto& traces = link < case_.roots.size() ? traces_.roots : traces_.devices;
        traces.push_back(links_[link]->traces(case_.end));
    }
    std::erase_if(traces_.grants, [this](const Grant& grant) { return grant.at >= case_.end; });
    traces_.sort_grants();
    return std::move(traces_);
}

} // namespace rootpool::twin
