// Flow-control gating of a port: what the other side has no room for waits, and nothing else.
#include <gtest/gtest.h>
#include <vector>

#include "models/core/scheduler.h"
#include "models/pcie/link.h"
#include "models/pcie/port.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::models {
namespace {

constexpr SimTime latency = 60ns;

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

TEST(Port, SendsNoMoreThanTheOtherSideHasRoomForUntilCreditsComeBack) {
    Bench bench(credits(2, 512)); // two headers
    bench.recorder.hold = 500ns;
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
    for (unsigned i = 0; i < 3; ++i) {
        bench.write(0x1000U + i * 128U, 128);
    }
    EXPECT_EQ(bench.recorder.arrivals.size(), 2U);
    EXPECT_EQ(bench.sender.backlog(), 1U);

    sc_core::sc_start(5, sc_core::SC_US);
    ASSERT_EQ(bench.recorder.arrivals.size(), 3U);
    EXPECT_EQ(bench.sender.backlog(), 0U);
    // not before the first TLP was released and its UpdateFC had crossed the link
    EXPECT_GT(bench.recorder.arrivals[2].first_beat,
              bench.recorder.arrivals[0].last_beat + bench.recorder.hold + 2 * latency);
}

} // namespace
} // namespace rootpool::models
