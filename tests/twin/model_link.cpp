#include "tests/twin/model_link.h"

#include <algorithm>
#include <fmt/format.h>

namespace rootpool::twin {

using models::now;
using models::Port;
using reference::PacketKind;
using reference::Verdict;

namespace {

[[nodiscard]] pcie::PacketFate model_fate(reference::Fate fate) {
    switch (fate) {
    case reference::Fate::intact:
        return pcie::PacketFate::intact;
    case reference::Fate::dropped:
        return pcie::PacketFate::dropped;
    default:
        return pcie::PacketFate::corrupted;
    }
}

[[nodiscard]] pcie::Credits credits_of(const reference::PerClass<reference::ClassCredits>& of) {
    pcie::Credits made;
    for (const pcie::FlowClass flow : reference::flow_classes) {
        const reference::ClassCredits& one = of[reference::index_of(flow)];
        made[flow] = {{one.headers, one.data}, one.infinite};
    }
    return made;
}

} // namespace

class ModelLink::Faults : public pcie::FaultSource {
public:
    explicit Faults(const Direction& of) : of_(of) {}
    pcie::PacketFate fate(bool is_tlp, unsigned /*bytes*/) override {
        const auto& fates = is_tlp ? of_.tlp_fates : of_.dllp_fates;
        const std::size_t index = is_tlp ? tlps_++ : dllps_++;
        return index < fates.size() ? model_fate(fates[index]) : pcie::PacketFate::intact;
    }

private:
    const Direction& of_;
    std::size_t tlps_ = 0;
    std::size_t dllps_ = 0;
};

/// What stands above an end: a port, who hands TLPs over when their time has come, and who frees buffers.
class ModelLink::Above : public models::PortOwner {
public:
    Above(const std::string& name, models::Scheduler& scheduler, const LinkCase& of, unsigned end, Traces& traces)
        : port_(name.c_str(), *this, credits_of(of.settings.advertised[end])), ticks_(ticks_of(of)),
          submissions_(of.directions[end].submissions), received_(traces[1 - end]), sent_(traces[end]),
          timer_(scheduler, models::Timer::Callback::to<&Above::submit>(*this)) {}

    [[nodiscard]] Port& port() noexcept { return port_; }
    void start() { timer_.arm(submissions_.front().call); }

    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override {
        received_.deliveries.push_back({last_beat, first_beat, identity(*tlp)});
        port.release(*tlp, release_time(*tlp, last_beat, ticks_));
    }
    void on_returned(Port& /*port*/, const pcie::TlpPtr& tlp) override { sent_.returns.push_back({identity(*tlp)}); }

private:
    void submit() {
        while (next_ < submissions_.size() && submissions_[next_].call <= now()) {
            const Submission& one = submissions_[next_++];
            port_.send(one.tlp, one.ready);
        }
        if (next_ < submissions_.size()) {
            timer_.arm(submissions_[next_].call);
        }
    }

    Port port_;
    reference::LinkTicks ticks_;
    const std::vector<Submission>& submissions_;
    Trace& received_;
    Trace& sent_;
    models::Timer timer_;
    std::size_t next_ = 0;
};

class ModelLink::Writer : public pcie::LinkObserver {
public:
    explicit Writer(Traces& traces) : traces_(traces) {}

    void on_packet(const pcie::PacketSighting& packet) override {
        Trace& trace = traces_[packet.place.index()];
        trace.starts.push_back(start_of(packet));
        if (packet.reception != pcie::Reception::lost) {
            trace.receptions.push_back({packet.received, verdict_of(packet.reception)});
        }
    }

private:
    [[nodiscard]] static Start start_of(const pcie::PacketSighting& packet) {
        Start start;
        start.at = packet.start;
        start.until = packet.end;
        start.fate = fate_of(packet.fate);
        if (packet.tlp != nullptr) {
            start.kind = packet.replay ? PacketKind::replayed_tlp : PacketKind::new_tlp;
            start.sequence = packet.sequence;
            start.flow = pcie::flow_class(packet.tlp->header.kind);
            start.tlp = identity(*packet.tlp);
            return start;
        }
        start.kind = kind_of(packet.dllp.kind);
        if (start.kind == PacketKind::ack || start.kind == PacketKind::nak) {
            start.sequence = packet.dllp.sequence;
        } else {
            start.flow = packet.dllp.flow;
            start.credits = {static_cast<std::uint8_t>(packet.dllp.credits.headers),
                             static_cast<std::uint16_t>(packet.dllp.credits.data)};
        }
        return start;
    }
    [[nodiscard]] static PacketKind kind_of(pcie::DllpKind kind) {
        static constexpr std::array<PacketKind, 5> kinds = {PacketKind::ack, PacketKind::nak, PacketKind::init_fc1,
                                                            PacketKind::init_fc2, PacketKind::update_fc};
        return kinds[static_cast<std::size_t>(kind)];
    }
    [[nodiscard]] static Verdict verdict_of(pcie::Reception reception) {
        static constexpr std::array<Verdict, 4> verdicts = {Verdict::accepted, Verdict::duplicate, Verdict::bad,
                                                            Verdict::out_of_sequence};
        return verdicts[static_cast<std::size_t>(reception)];
    }
    [[nodiscard]] static reference::Fate fate_of(pcie::PacketFate fate) {
        static constexpr std::array<reference::Fate, 3> fates = {reference::Fate::intact, reference::Fate::corrupted,
                                                                 reference::Fate::dropped};
        return fates[static_cast<std::size_t>(fate)];
    }

    Traces& traces_;
};

namespace {

[[nodiscard]] models::LinkConfig config_of(const reference::LinkSettings& of) {
    models::LinkConfig made;
    made.parameters = {static_cast<pcie::Generation>(of.generation), of.width};
    made.latency = of.latency;
    made.max_payload = of.max_payload;
    made.retrain = of.retrain;
    return made;
}

} // namespace

ModelLink::ModelLink(const std::string& name, models::Scheduler& scheduler, const LinkCase& of, Recording recording)
    : case_(of), faults_{std::make_unique<Faults>(of.directions[0]), std::make_unique<Faults>(of.directions[1])},
      writer_(std::make_unique<Writer>(traces_)), link_((name + "_link").c_str(), scheduler, config_of(of.settings)) {
    for (unsigned end : {0U, 1U}) {
        above_[end] = std::make_unique<Above>(fmt::format("{}_port{}", name, end), scheduler, of, end, traces_);
        above_[end]->start();
    }
    link_.connect(above_[0]->port(), above_[1]->port());
    if (recording == Recording::everything) {
        link_.observe(*writer_);
    }
    if (has_faults(of)) {
        link_.set_faults(faults_[0].get(), faults_[1].get());
    }
    std::vector<models::LinkDown> down;
    for (const reference::DownInterval& one : of.settings.down) {
        down.push_back({one.from, one.until});
    }
    link_.set_down_times(std::move(down));
}

ModelLink::~ModelLink() = default;

Traces ModelLink::traces() {
    static_cast<void>(link_.down()); // works off what nobody waited for
    // The model decides in advance; the twin does not look so far.
    const auto too_late = [this](const auto& event) { return event.at >= case_.end; };
    for (Trace& trace : traces_) {
        std::erase_if(trace.starts, too_late);
        std::erase_if(trace.receptions, too_late);
        std::erase_if(trace.deliveries, too_late);
    }
    return std::move(traces_);
}

} // namespace rootpool::twin
