#pragma once

#include <map>
#include <optional>
#include <vector>

#include "rootpool/pcie/tlp_builder.h"
#include "tests/reference/link.h"

/// What the tests of the twin hang around a link.
namespace rootpool::reference::testing {

/// Keeps what it is told.
class Log : public Recorder {
public:
    struct Start {
        unsigned end;
        Moment now;
        Packet packet;
        Fate fate;
    };
    struct Reception {
        unsigned end;
        Moment now;
        Packet packet;
        Verdict verdict;
    };

    void started(const PacketStarted& event) override {
        starts.push_back({event.end, event.now, event.packet, event.fate});
    }
    void received(const PacketReceived& event) override {
        receptions.push_back({event.end, event.now, event.packet, event.verdict});
    }

    /// Ticks at which an end started packets of a kind.
    [[nodiscard]] std::vector<Tick> starts_of(unsigned end, PacketKind kind) const {
        std::vector<Tick> ticks;
        for (const Start& start : starts) {
            if (start.end == end && start.packet.kind == kind) {
                ticks.push_back(start.now.tick);
            }
        }
        return ticks;
    }
    /// Ticks at which an end received something with this verdict.
    [[nodiscard]] std::vector<Tick> receptions_of(unsigned end, Verdict verdict) const {
        std::vector<Tick> ticks;
        for (const Reception& reception : receptions) {
            if (reception.end == end && reception.verdict == verdict) {
                ticks.push_back(reception.now.tick);
            }
        }
        return ticks;
    }
    /// The packet that an end started at a tick.
    [[nodiscard]] std::optional<Packet> started_at(unsigned end, Tick tick) const {
        for (const Start& start : starts) {
            if (start.end == end && start.now.tick == tick) {
                return start.packet;
            }
        }
        return std::nullopt;
    }

    std::vector<Start> starts;
    std::vector<Reception> receptions;
};

/// Fates by index; all else is intact.
class ScriptedFaults : public FaultSource {
public:
    std::map<unsigned, Fate> tlps;
    std::map<unsigned, Fate> dllps;

    Fate fate(bool is_tlp, unsigned index, unsigned /*bytes*/) override {
        const std::map<unsigned, Fate>& script = is_tlp ? tlps : dllps;
        const auto found = script.find(index);
        return found == script.end() ? Fate::intact : found->second;
    }
};

/// Keeps what is received, frees its buffers at once, and keeps what comes back.
class Consumer : public TransactionLayer {
public:
    struct Beats {
        Tick tick;
        SimTime first;
        SimTime last;
    };

    explicit Consumer(LinkEnd& end) : end_(end) { end.connect(*this); }

    void receive(const pcie::TlpPtr& tlp, SimTime first_beat, Moment now) override {
        received.push_back({now.tick, first_beat, now.time});
        end_.release(pcie::flow_class(tlp->header.kind), 1, (pcie::payload_bytes(tlp->header) + 15) / 16, now.time);
    }
    void sent(const pcie::TlpPtr& /*tlp*/, Moment now) override { sent_at.push_back(now.tick); }
    void returned(const pcie::TlpPtr& /*tlp*/, Moment now) override { returned_at.push_back(now.tick); }

    std::vector<Beats> received;
    std::vector<Tick> sent_at;
    std::vector<Tick> returned_at;

private:
    LinkEnd& end_;
};

inline constexpr ClassCredits plenty{32, 512, false};

/// 5 GT/s x8: a tick is 1 ns and there are two in a symbol time. Maximum payload 256: Ack limit 158 symbol times.
inline LinkSettings gen2_x8() {
    LinkSettings settings;
    settings.advertised = {{{plenty, plenty, plenty}, {plenty, plenty, plenty}}};
    return settings;
}

/// A link with recorder, faults and a consumer at both ends.
class Bench {
public:
    explicit Bench(const LinkSettings& settings)
        : link(settings), consumers{Consumer(link.end(0)), Consumer(link.end(1))} {
        link.set_recorder(log);
        for (unsigned number : {0U, 1U}) {
            link.end(number).connect(consumers[number]);
            link.end(number).set_faults(faults[number]);
        }
    }

    /// A write above 4 GB: 24 + `bytes` bytes on the link.
    [[nodiscard]] pcie::TlpPtr write(unsigned bytes) {
        const pcie::TlpHeader header = pcie::memory_write(pcie::Bdf(0x100), pcie::Tag(0), 0x1'0000'0000, bytes);
        return factory.make(header, factory.copy(std::vector<std::uint8_t>(pcie::payload_bytes(header))));
    }
    void run_to(Tick tick) { link.run_until(link.ticks().time_of(tick)); }

    pcie::TlpFactory factory; // before the link, which keeps TLPs
    Log log;
    std::array<ScriptedFaults, 2> faults;
    Link link;
    std::array<Consumer, 2> consumers;
};

} // namespace rootpool::reference::testing
