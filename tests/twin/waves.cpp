#include "tests/twin/waves.h"

#include <algorithm>
#include <fstream>
#include <variant>

#include "tests/twin/vcd_writer.h"

namespace rootpool::twin {
namespace {

constexpr reference::Tick ticks_before = 200;
constexpr reference::Tick ticks_after = 50;

/// A signal takes a value.
struct Change {
    SimTime at{};
    const VcdWriter::Signal* signal;
    std::variant<std::uint64_t, std::string_view> value;
};
using Changes = std::vector<Change>;

/// The signals of one direction.
class DirectionWave {
public:
    DirectionWave(VcdWriter& vcd, std::string_view name) {
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

    void add_changes(const Trace& trace, const Window& window, Changes& changes) const {
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

private:
    void add_packet(const Start& start, SimTime at, Changes& changes) const {
        const bool has_class = start.kind != reference::PacketKind::ack && start.kind != reference::PacketKind::nak;
        changes.push_back({at, &valid_, 1U});
        changes.push_back({at, &packet_, name(start.kind)});
        changes.push_back({at, &sequence_, start.sequence});
        changes.push_back({at, &flow_, has_class ? name(start.flow) : "-"});
        changes.push_back({at, &headers_, start.credits.headers});
        changes.push_back({at, &data_, start.credits.data});
        changes.push_back({start.until, &valid_, 0U});
    }

    VcdWriter::Signal valid_;
    VcdWriter::Signal packet_;
    VcdWriter::Signal sequence_;
    VcdWriter::Signal flow_;
    VcdWriter::Signal headers_;
    VcdWriter::Signal data_;
    VcdWriter::Signal received_;
    VcdWriter::Signal receptions_;
};

void write_wave(const std::filesystem::path& file, const Traces& traces, const Window& window) {
    std::ofstream out(file);
    VcdWriter vcd(out);
    const std::array<DirectionWave, 2> waves{DirectionWave(vcd, "from_end_0"), DirectionWave(vcd, "from_end_1")};
    vcd.end_declarations();
    Changes changes;
    for (unsigned end : {0U, 1U}) {
        waves[end].add_changes(traces[end], window, changes);
    }
    const auto earlier = [](const Change& one, const Change& other) { return one.at < other.at; };
    std::stable_sort(changes.begin(), changes.end(), earlier); // a packet ends before the next starts
    for (const Change& change : changes) {
        vcd.at(change.at);
        std::visit([&](auto value) { vcd.set(*change.signal, value); }, change.value);
    }
    vcd.at(std::max(window.until, changes.back().at));
    if (!out.flush()) {
        throw std::runtime_error("cannot write " + file.string());
    }
}

} // namespace

Window window_around(const Difference& difference, const reference::LinkTicks& ticks) {
    return {ticks.time_of(difference.tick - std::min(difference.tick, ticks_before)),
            ticks.time_of(difference.tick + ticks_after)};
}

std::filesystem::path waves_folder() {
    const char* const asked = std::getenv("ROOTPOOL_TWIN_WAVES");
    return asked == nullptr ? std::filesystem::current_path() : std::filesystem::path(asked);
}

void write_waves(const std::filesystem::path& folder, const Traces& model, const Traces& twin, const Window& window) {
    write_wave(folder / "model.vcd", model, window);
    write_wave(folder / "twin.vcd", twin, window);
}

} // namespace rootpool::twin
