#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <variant>
#include <vector>

#include "tests/twin/trace.h"
#include "tests/twin/vcd_writer.h"

namespace rootpool::twin {

/// A span of simulated time, both ends included.
struct Window {
    SimTime from{};
    SimTime until{};
};

/// A signal takes a value.
struct SignalChange {
    SimTime at{};
    const VcdWriter::Signal* signal;
    std::variant<std::uint64_t, std::string_view> value;
};
using SignalChanges = std::vector<SignalChange>;

/// Writes changes, which come in any order, up to the end of a window.
void play(SignalChanges& changes, const Window& window, VcdWriter& vcd);

/// The signals of a link: of each direction what is on the wire and what comes out of it.
class LinkWave {
public:
    explicit LinkWave(VcdWriter& vcd) : from_end_{Direction(vcd, "from_end_0"), Direction(vcd, "from_end_1")} {}
    void add_changes(const Traces& traces, const Window& window, SignalChanges& changes) const {
        from_end_[0].add_changes(traces[0], window, changes);
        from_end_[1].add_changes(traces[1], window, changes);
    }

private:
    class Direction {
    public:
        Direction(VcdWriter& vcd, std::string_view name);
        void add_changes(const Trace& trace, const Window& window, SignalChanges& changes) const;

    private:
        void add_packet(const Start& start, SimTime at, SignalChanges& changes) const;

        VcdWriter::Signal valid_;
        VcdWriter::Signal packet_;
        VcdWriter::Signal sequence_;
        VcdWriter::Signal flow_;
        VcdWriter::Signal headers_;
        VcdWriter::Signal data_;
        VcdWriter::Signal received_;
        VcdWriter::Signal receptions_;
    };

    std::array<Direction, 2> from_end_;
};

/// Writes what happened in a window as a VCD file. `Wave` is made of the writer and of `arguments`. Throws
/// std::runtime_error if it cannot.
template <typename Wave, typename Events, typename... Arguments>
void write_wave(const std::filesystem::path& file, const Events& events, const Window& window,
                const Arguments&... arguments) {
    std::ofstream out(file);
    VcdWriter vcd(out);
    const Wave wave(vcd, arguments...);
    vcd.end_declarations();
    SignalChanges changes;
    wave.add_changes(events, window, changes);
    play(changes, window, vcd);
    if (!out.flush()) {
        throw std::runtime_error("cannot write " + file.string());
    }
}

} // namespace rootpool::twin
