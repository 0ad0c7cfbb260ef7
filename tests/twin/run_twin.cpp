#include "tests/twin/run_twin.h"

#include <fmt/format.h>

#include "tests/reference/link.h"

namespace rootpool::twin {
namespace {

using namespace reference; // NOLINT: the twin's terms throughout this file

class Faults : public FaultSource {
public:
    explicit Faults(const Direction& of) : of_(of) {}
    Fate fate(bool is_tlp, unsigned index, unsigned /*bytes*/) override {
        const auto& fates = is_tlp ? of_.tlp_fates : of_.dllp_fates;
        return index < fates.size() ? static_cast<Fate>(fates[index]) : Fate::intact;
    }

private:
    const Direction& of_;
};

/// What stands above an end: hands TLPs over, and frees what comes after its time.
class Above : public TransactionLayer {
public:
    Above(LinkEnd& end, Trace& received, Trace& sent) : end_(end), received_(received), sent_(sent) {
        end.connect(*this);
    }
    void receive(const pcie::TlpPtr& tlp, SimTime first_beat, Moment now) override {
        received_.deliveries.push_back(
            {now.time, fmt::format("first beat {} fs, {}", first_beat.count(), describe(*tlp))});
        end_.release(pcie::flow_class(tlp->header.kind), 1, (pcie::payload_bytes(tlp->header) + 15) / 16,
                     now.time + hold_time(*tlp));
    }
    void returned(const pcie::TlpPtr& tlp, Moment /*now*/) override { sent_.returns.push_back({{}, describe(*tlp)}); }

private:
    LinkEnd& end_;
    Trace& received_;
    Trace& sent_;
};

class Writer : public Recorder {
public:
    explicit Writer(std::array<Trace, 2>& traces) : traces_(traces) {}

    void started(const PacketStarted& event) override {
        if (event.packet.kind != PacketKind::skip) {
            traces_[event.end].starts.push_back(
                {event.now.time,
                 start_line(name(event.packet.kind), content(event.packet), static_cast<unsigned>(event.fate))});
        }
    }
    void received(const PacketReceived& event) override {
        static constexpr std::array<std::string_view, 6> verdicts = {"accepted",        "duplicate", "bad",
                                                                     "out of sequence", "nullified", "accepted"};
        traces_[1 - event.end].receptions.push_back(
            {event.now.time, std::string(verdicts[static_cast<std::size_t>(event.verdict)])});
    }

private:
    [[nodiscard]] static std::string_view name(PacketKind kind) {
        static constexpr std::array<std::string_view, 8> names = {"SKP", "InitFC1",  "InitFC2", "Nak",
                                                                  "Ack", "UpdateFC", "replay",  "TLP"};
        return names[static_cast<std::size_t>(kind)];
    }
    [[nodiscard]] static std::string content(const Packet& packet) {
        if (packet.tlp) {
            return fmt::format("{} {}", packet.sequence, describe(*packet.tlp));
        }
        if (packet.kind == PacketKind::ack || packet.kind == PacketKind::nak) {
            return fmt::format("{}", packet.sequence);
        }
        return credit_content(packet.flow_class, packet.credits.headers, packet.credits.data);
    }
    std::array<Trace, 2>& traces_;
};

} // namespace

std::string start_line(std::string_view packet, std::string_view content, unsigned fate) {
    static constexpr std::array<std::string_view, 4> fates = {"", ", corrupted", ", dropped", ", nullified"};
    return fmt::format("{} {}{}", packet, content, fates.at(fate));
}

std::string credit_content(pcie::FlowClass flow, unsigned headers, unsigned data) {
    return fmt::format("class {} headers {} data {}", static_cast<int>(flow), headers, data);
}

TwinRun run_twin(const LinkCase& of) {
    TwinRun run;
    Link link(of.settings);
    Writer writer(run.traces);
    link.set_recorder(writer);
    std::array<Faults, 2> faults{Faults(of.directions[0]), Faults(of.directions[1])};
    std::array<Above, 2> above{Above(link.end(0), run.traces[1], run.traces[0]),
                               Above(link.end(1), run.traces[0], run.traces[1])};
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
