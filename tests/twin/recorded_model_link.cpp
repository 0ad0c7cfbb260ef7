#include "tests/twin/recorded_model_link.h"

#include <algorithm>

namespace rootpool::twin {

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

[[nodiscard]] models::LinkConfig config_of(const reference::LinkSettings& of) {
    models::LinkConfig made;
    made.parameters = {static_cast<pcie::Generation>(of.generation), of.width};
    made.latency = of.latency;
    made.max_payload = of.max_payload;
    made.retrain = of.retrain;
    made.training = of.training;
    return made;
}

} // namespace

class RecordedModelLink::Faults : public pcie::FaultSource {
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

class RecordedModelLink::Writer : public pcie::LinkObserver {
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
        static constexpr std::array<Verdict, 6> verdicts = {
            Verdict::accepted, Verdict::duplicate, Verdict::bad, Verdict::out_of_sequence, {}, Verdict::nullified};
        return verdicts[static_cast<std::size_t>(reception)];
    }
    [[nodiscard]] static reference::Fate fate_of(pcie::PacketFate fate) {
        static constexpr std::array<reference::Fate, 4> fates = {reference::Fate::intact, reference::Fate::corrupted,
                                                                 reference::Fate::dropped, reference::Fate::nullified};
        return fates[static_cast<std::size_t>(fate)];
    }

    Traces& traces_;
};

RecordedModelLink::RecordedModelLink(const std::string& name, models::Scheduler& scheduler, const LinkCase& of,
                                     Recording recording)
    : faults_{std::make_unique<Faults>(of.directions[0]), std::make_unique<Faults>(of.directions[1])},
      writer_(std::make_unique<Writer>(traces_)), link_(name.c_str(), scheduler, config_of(of.settings)) {
    if (recording == Recording::everything) {
        link_.observe(*writer_);
    }
    if (has_faults(of)) {
        link_.set_faults(faults_[0].get(), faults_[1].get());
    }
    std::vector<TimeSpan> down;
    for (const reference::DownInterval& one : of.settings.down) {
        down.push_back({one.from, one.until});
    }
    link_.set_down_times(std::move(down));
}

RecordedModelLink::~RecordedModelLink() = default;

Traces RecordedModelLink::traces(SimTime end) {
    static_cast<void>(link_.down()); // works off what nobody waited for
    // The model decides in advance; the twin does not look so far.
    const auto too_late = [end](const auto& event) { return event.at >= end; };
    for (Trace& trace : traces_) {
        std::erase_if(trace.starts, too_late);
        std::erase_if(trace.receptions, too_late);
        std::erase_if(trace.deliveries, too_late);
    }
    return std::move(traces_);
}

pcie::Credits credits_of(const reference::PerClass<reference::ClassCredits>& of) {
    pcie::Credits made;
    for (const pcie::FlowClass flow : reference::flow_classes) {
        const reference::ClassCredits& one = of[reference::index_of(flow)];
        made[flow] = {{one.headers, one.data}, one.infinite};
    }
    return made;
}

} // namespace rootpool::twin
