// SystemC modules: a TLP's way over a link, a timer's way through the scheduler. SystemC elaborates once, so that all
// modules stand before the first benchmark; those of the others are idle.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "models/core/wheel_scheduler.h"
#include "models/pcie/link.h"
#include "models/pcie/port.h"
#include "rootpool/pcie/tlp_builder.h"

namespace rootpool::bench {
namespace {

using models::now;
using models::Port;
using models::Timer;
using models::WheelScheduler;

/// Simulated time per iteration: long against the call of sc_start().
constexpr SimTime span = 10us;

void advance() { models::KernelTime::run_for(span); }

[[nodiscard]] pcie::Credits buffers() {
    pcie::Credits credits;
    for (pcie::ClassCredits& of : credits.of) {
        of = {{64, 512}, false};
    }
    return credits;
}

/// Takes TLPs out of the receive buffer as soon as they are there.
class Sink : public models::PortOwner {
public:
    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime /*first_beat*/, SimTime last_beat) override {
        ++received_;
        port.release(*tlp, last_beat);
    }
    [[nodiscard]] std::int64_t received() const noexcept { return received_; }

private:
    std::int64_t received_ = 0;
};

/// Memory writes of 128 bytes, back to back over a Gen2 x8 link: one hop each.
class LinkTransit : private models::PortOwner {
public:
    LinkTransit() { link_.connect(sender_, receiver_); }

    void run(benchmark::State& state) {
        const std::int64_t before = sink_.received();
        running_ = true;
        on_room(sender_);
        while (state.KeepRunning()) {
            advance();
        }
        running_ = false;
        state.SetItemsProcessed(sink_.received() - before);
    }

private:
    static constexpr unsigned payload = 128;

    void on_tlp(Port& /*port*/, pcie::TlpPtr /*tlp*/, SimTime /*first_beat*/, SimTime /*last_beat*/) override {}
    void on_room(Port& /*port*/) override {
        while (running_ && sender_.backlog() < 4) {
            sender_.send(tlps_.view(*tlp_, tlp_->header, {}), now());
        }
    }
    [[nodiscard]] pcie::TlpPtr make_tlp() {
        const std::vector<std::uint8_t> data(payload, 0x5A);
        return tlps_.make(pcie::memory_write(pcie::Bdf(), pcie::Tag(0), 0x1000, payload), data);
    }

    WheelScheduler scheduler_{"link_scheduler"};
    pcie::TlpFactory tlps_;
    pcie::TlpPtr tlp_ = make_tlp();
    Sink sink_;
    models::Link link_{"link", scheduler_, models::LinkConfig{{pcie::Generation::gen2, 8}, 60ns, payload}};
    Port sender_{"sender", *this, buffers()};
    Port receiver_{"receiver", sink_, buffers()};
    bool running_ = false;
};

/// A number of timers that arm themselves again when they fire, each with a period of its own.
class Timers {
public:
    explicit Timers(int count) : scheduler_(("scheduler" + std::to_string(count)).c_str()) {
        constexpr SimTime step{997'000}; // no multiple of any other: few fire together
        for (int i = 0; i < count; ++i) {
            timers_.push_back(std::make_unique<Periodic>(scheduler_, 100ns + i * step));
        }
    }

    void run(benchmark::State& state) {
        for (const auto& timer : timers_) {
            timer->start();
        }
        const std::uint64_t before = scheduler_.fired();
        while (state.KeepRunning()) {
            advance();
        }
        for (const auto& timer : timers_) {
            timer->stop();
        }
        state.SetItemsProcessed(static_cast<std::int64_t>(scheduler_.fired() - before));
    }

private:
    class Periodic {
    public:
        Periodic(WheelScheduler& scheduler, SimTime period)
            : period_(period), timer_(scheduler, Timer::Callback::to<&Periodic::start>(*this)) {}
        void start() { timer_.arm(now() + period_); }
        void stop() { timer_.cancel(); }

    private:
        SimTime period_;
        Timer timer_;
    };

    WheelScheduler scheduler_;
    std::vector<std::unique_ptr<Periodic>> timers_;
};

} // namespace
} // namespace rootpool::bench

int sc_main(int argc, char** argv) {
    using namespace rootpool::bench;
    sc_core::sc_set_time_resolution(1, sc_core::SC_FS);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return EXIT_FAILURE;
    }
    LinkTransit link;
    benchmark::RegisterBenchmark("link_transit", [&](benchmark::State& state) { link.run(state); });
    std::vector<std::unique_ptr<Timers>> timers;
    for (const int count : {1, 100, 1000}) {
        Timers& of = *timers.emplace_back(std::make_unique<Timers>(count));
        benchmark::RegisterBenchmark(("scheduler/pending:" + std::to_string(count)).c_str(),
                                     [&of](benchmark::State& state) { of.run(state); });
    }
    benchmark::RunSpecifiedBenchmarks();
    return EXIT_SUCCESS;
}

int main(int argc, char** argv) {
    setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    return sc_core::sc_elab_and_sim(argc, argv);
}
