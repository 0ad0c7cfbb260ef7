#include "tests/twin/wave_signals.h"

#include <algorithm>

namespace rootpool::twin {

void play(SignalChanges& changes, const Window& window, VcdWriter& vcd) {
    const auto earlier = [](const SignalChange& one, const SignalChange& other) { return one.at < other.at; };
    std::stable_sort(changes.begin(), changes.end(), earlier); // a packet ends before the next starts
    for (const SignalChange& change : changes) {
        vcd.at(change.at);
        std::visit([&](auto value) { vcd.set(*change.signal, value); }, change.value);
    }
    vcd.at(std::max(window.until, changes.back().at));
}

LinkWave::Direction::Direction(VcdWriter& vcd, std::string_view name) {
    vcd.open_scope(name);
    valid_ = vcd.add_bits("valid", 1);
    packet_ = vcd.add_text("packet");
    sequence_ = vcd.add_bits("sequence", 12);
    flow_ = vcd.add_text("class");
    headers_ = vcd.add_bits("credits_headers", 8);
    data_ = vcd.add_bits("credits_data", 12);
    received_ = vcd.add_text("received");
    receptions_ = vcd.add_bits("receptions", 32);
    vcd.close_scope();
}

void LinkWave::Direction::add_changes(const Trace& trace, const Window& window, SignalChanges& changes) const {
    changes.push_back({window.from, &valid_, 0U});
    for (const Start& start : trace.starts) {
        if (start.until > window.from && start.at <= window.until) {
            add_packet(start, std::max(start.at, window.from), changes);
        }
    }
    std::uint64_t receptions = 0;
    for (const Reception& reception : trace.receptions) {
        ++receptions;
        if (reception.at >= window.from && reception.at <= window.until) {
            changes.push_back({reception.at, &received_, name(reception.verdict)});
            changes.push_back({reception.at, &receptions_, receptions});
        }
    }
}

void LinkWave::Direction::add_packet(const Start& start, SimTime at, SignalChanges& changes) const {
    const bool has_class = start.kind != reference::PacketKind::ack && start.kind != reference::PacketKind::nak;
    changes.push_back({at, &valid_, 1U});
    changes.push_back({at, &packet_, name(start.kind)});
    changes.push_back({at, &sequence_, start.sequence});
    changes.push_back({at, &flow_, has_class ? name(start.flow) : "-"});
    changes.push_back({at, &headers_, start.credits.headers});
    changes.push_back({at, &data_, start.credits.data});
    changes.push_back({start.until, &valid_, 0U});
}

} // namespace rootpool::twin
