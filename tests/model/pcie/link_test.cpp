// Wire times of a Gen2 x8 link, to the symbol: 2 ns a symbol time, 8 bytes in it, packets start on lanes that are
// multiples of 4.
#include <gtest/gtest.h>
#include <vector>

#include "models/core/scheduler.h"
#include "models/pcie/link.h"
#include "models/pcie/port.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {
namespace {

constexpr SimTime latency = 60ns;
constexpr SimTime byte_time{250'000};   // 4 GB/s
constexpr unsigned write_overhead = 20; // STP, sequence number, 3 DW header, LCRC, END

struct Arrival {
    std::uint64_t address;
    SimTime first_beat;
    SimTime last_beat;
};

/// Records what comes and gives the buffer back after `hold`, or never.
class Recorder : public PortOwner {
public:
    SimTime hold{};
    bool keeps = false;
    std::vector<Arrival> arrivals;

    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override {
        arrivals.push_back({tlp->header.address, first_beat, last_beat});
        if (!keeps) {
            port.release(*tlp, last_beat + hold);
        }
    }
};

pcie::Credits credits(std::uint32_t headers, std::uint32_t data) {
    pcie::Credits result;
    for (pcie::ClassCredits& of : result.of) {
        of = {{headers, data}, false};
    }
    return result;
}

struct Bench {
    explicit Bench(const pcie::Credits& receiver_credits)
        : sender("sender", scheduler, ignored, credits(8, 64)),
          receiver("receiver", scheduler, recorder, receiver_credits) {
        link.connect(sender, receiver);
    }
    void write(std::uint64_t address, unsigned bytes, SimTime at = {}) {
        const std::vector<std::uint8_t> data(bytes, 0x5A);
        sender.send(tlps.make(pcie::memory_write(pcie::Bdf(0, 0, 0), pcie::Tag(0), address, bytes), data), at);
    }

    Scheduler scheduler{"scheduler"};
    pcie::TlpFactory tlps;
    Recorder ignored;
    Recorder recorder;
    Link link{"link", LinkConfig{{pcie::Generation::gen2, 8}, latency, 128}};
    Port sender;
    Port receiver;
};

TEST(Link, PutsTlpsBackToBackAtRawRate) {
    Bench bench(credits(64, 512));
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    for (unsigned i = 0; i < 3; ++i) {
        bench.write(0x1000U + i * 128U, 128);
    }
    const SimTime one = (write_overhead + 128) * byte_time;
    ASSERT_EQ(bench.recorder.arrivals.size(), 3U);
    for (unsigned i = 0; i < 3; ++i) {
        EXPECT_EQ(bench.recorder.arrivals[i].address, 0x1000U + i * 128U);
        EXPECT_EQ(bench.recorder.arrivals[i].last_beat - bench.recorder.arrivals[i].first_beat, one);
    }
    EXPECT_EQ(bench.recorder.arrivals[0].first_beat, latency);
    EXPECT_EQ(bench.recorder.arrivals[1].first_beat, bench.recorder.arrivals[0].last_beat);
    EXPECT_EQ(bench.recorder.arrivals[2].first_beat, bench.recorder.arrivals[1].last_beat);
}

} // namespace
} // namespace rootpool::models
