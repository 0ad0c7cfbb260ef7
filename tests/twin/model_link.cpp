#include "tests/twin/model_link.h"

#include <algorithm>
#include <fmt/format.h>

#include "tests/twin/run_twin.h"

namespace rootpool::twin {

using models::now;
using models::Port;

class ModelLink::Faults : public pcie::FaultSource {
public:
    explicit Faults(const Direction& of) : of_(of) {}
    pcie::PacketFate fate(bool is_tlp, unsigned /*bytes*/) override {
        const auto& fates = is_tlp ? of_.tlp_fates : of_.dllp_fates;
        const std::size_t index = is_tlp ? tlps_++ : dllps_++;
        return index < fates.size() ? static_cast<pcie::PacketFate>(fates[index]) : pcie::PacketFate::intact;
    }

private:
    const Direction& of_;
    std::size_t tlps_ = 0;
    std::size_t dllps_ = 0;
};

/// What stands above an end: a port, who hands TLPs over when their time has come, and who frees buffers.
class ModelLink::Above : public models::PortOwner {
public:
    Above(const std::string& name, models::Scheduler& scheduler, const pcie::Credits& credits,
          const std::vector<Submission>& submissions, Trace& received, Trace& sent)
        : port_(name.c_str(), *this, credits), submissions_(submissions), received_(received), sent_(sent),
          timer_(scheduler, models::Timer::Callback::to<&Above::submit>(*this)) {}

    [[nodiscard]] Port& port() noexcept { return port_; }
    void start() { timer_.arm(submissions_.front().call); }

    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override {
        received_.deliveries.push_back(
            {last_beat, fmt::format("first beat {} fs, {}", first_beat.count(), describe(*tlp))});
        port.release(*tlp, last_beat + hold_time(*tlp));
    }
    void on_returned(Port& /*port*/, pcie::TlpPtr tlp) override { sent_.returns.push_back({{}, describe(*tlp)}); }

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
    const std::vector<Submission>& submissions_;
    Trace& received_;
    Trace& sent_;
    models::Timer timer_;
    std::size_t next_ = 0;
};

class ModelLink::Writer : public pcie::LinkObserver {
public:
    explicit Writer(std::array<Trace, 2>& traces) : traces_(traces) {}

    void on_packet(const pcie::PacketSighting& packet) override {
        Trace& trace = traces_[packet.place.index()];
        trace.starts.push_back(
            {packet.start, start_line(name(packet), content(packet), static_cast<unsigned>(packet.fate))});
        if (packet.reception != pcie::Reception::lost) {
            static constexpr std::array<std::string_view, 4> verdicts = {"accepted", "duplicate", "bad",
                                                                         "out of sequence"};
            trace.receptions.push_back(
                {packet.received, std::string(verdicts[static_cast<std::size_t>(packet.reception)])});
        }
    }

private:
    [[nodiscard]] static std::string_view name(const pcie::PacketSighting& packet) {
        static constexpr std::array<std::string_view, 5> names = {"Ack", "Nak", "InitFC1", "InitFC2", "UpdateFC"};
        if (packet.tlp != nullptr) {
            return packet.replay ? "replay" : "TLP";
        }
        return names[static_cast<std::size_t>(packet.dllp.kind)];
    }
    [[nodiscard]] static std::string content(const pcie::PacketSighting& packet) {
        if (packet.tlp != nullptr) {
            return fmt::format("{} {}", packet.sequence, describe(*packet.tlp));
        }
        if (packet.dllp.kind <= pcie::DllpKind::nak) {
            return fmt::format("{}", packet.dllp.sequence);
        }
        return credit_content(packet.dllp.flow, packet.dllp.credits.headers, packet.dllp.credits.data);
    }
    std::array<Trace, 2>& traces_;
};

namespace {

[[nodiscard]] pcie::Credits credits_of(const reference::PerClass<reference::ClassCredits>& of) {
    pcie::Credits made;
    for (const pcie::FlowClass flow : reference::flow_classes) {
        const reference::ClassCredits& one = of[reference::index_of(flow)];
        made[flow] = {{one.headers, one.data}, one.infinite};
    }
    return made;
}

[[nodiscard]] models::LinkConfig config_of(const reference::LinkSettings& of) {
    models::LinkConfig made;
    made.parameters = {static_cast<pcie::Generation>(of.generation), of.width};
    made.latency = of.latency;
    made.max_payload = of.max_payload;
    made.retrain = of.retrain;
    return made;
}

} // namespace

ModelLink::ModelLink(const std::string& name, models::Scheduler& scheduler, const LinkCase& of)
    : case_(of), faults_{std::make_unique<Faults>(of.directions[0]), std::make_unique<Faults>(of.directions[1])},
      writer_(std::make_unique<Writer>(traces_)), link_((name + "_link").c_str(), scheduler, config_of(of.settings)) {
    for (unsigned end : {0U, 1U}) {
        above_[end] = std::make_unique<Above>(fmt::format("{}_port{}", name, end), scheduler,
                                              credits_of(of.settings.advertised[end]), of.directions[end].submissions,
                                              traces_[1 - end], traces_[end]);
        above_[end]->start();
    }
    link_.connect(above_[0]->port(), above_[1]->port());
    link_.observe(*writer_);
    if (!of.directions[0].tlp_fates.empty()) {
        link_.set_faults(faults_[0].get(), faults_[1].get());
    }
    std::vector<models::LinkDown> down;
    for (const reference::DownInterval& one : of.settings.down) {
        down.push_back({one.from, one.until});
    }
    link_.set_down_times(std::move(down));
}

ModelLink::~ModelLink() = default;

std::array<Trace, 2> ModelLink::traces() {
    static_cast<void>(link_.down()); // works off what nobody waited for
    const auto too_late = [this](const Event& event) { return event.at >= case_.end; };
    for (Trace& trace : traces_) {
        for (std::vector<Event>* events : {&trace.starts, &trace.receptions, &trace.deliveries}) {
            std::erase_if(*events, too_late); // decided in advance; the twin does not look so far
        }
    }
    return std::move(traces_);
}

} // namespace rootpool::twin
