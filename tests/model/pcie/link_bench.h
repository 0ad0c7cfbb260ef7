#pragma once

#include <cstdint>
#include <vector>

#include "models/core/wheel_scheduler.h"
#include "models/pcie/link.h"
#include "models/pcie/port.h"
#include "rootpool/pcie/tlp_builder.h"

/// What the tests of links and of ports share: two ports and a Gen2 x8 link between them.
namespace rootpool::models::test {

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

inline pcie::Credits credits(std::uint32_t headers, std::uint32_t data) {
    pcie::Credits result;
    for (pcie::ClassCredits& of : result.of) {
        of = {{headers, data}, false};
    }
    return result;
}

inline void run_to(SimTime time) { KernelTime::run_for(time - now()); }

struct LinkBench {
    explicit LinkBench(const pcie::Credits& receiver_credits)
        : sender("sender", ignored, credits(8, 64)), receiver("receiver", recorder, receiver_credits) {
        link.connect(sender, receiver);
    }
    void write(std::uint64_t address, unsigned bytes) {
        const std::vector<std::uint8_t> data(bytes, 0x5A);
        sender.send(tlps.make(pcie::memory_write(pcie::Bdf(0, 0, 0), pcie::Tag(0), address, bytes), data), now());
    }

    WheelScheduler scheduler{"scheduler"};
    pcie::TlpFactory tlps;
    Recorder ignored;
    Recorder recorder;
    Link link{"link", scheduler, LinkConfig{{pcie::Generation::gen2, 8}, latency, 128}};
    Port sender;
    Port receiver;
};

} // namespace rootpool::models::test
