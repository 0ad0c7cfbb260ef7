#pragma once

#include <memory>
#include <vector>

#include "models/pooling/device_bridges.h"
#include "models/pooling/internal_input.h"
#include "models/pooling/root_queue.h"
#include "rootpool/core/ring_queue.h"

namespace rootpool::models {

/// The way up of the TLPs of one device: behind the sharing engine through the bridge above it into the queue of the
/// crossbar. What is refused, ERR_ messages, and what came behind them wait for the edge that decides (docs/timing.md
/// 3.6, 3.9).
class DeviceIngress {
public:
    struct Config {
        SwitchTiming timing;
        pooling::Switching switching;
        unsigned roots;
        pcie::Credits root_quota;   ///< of the receive buffer
        pcie::Credits root_reserve; ///< beside it
    };
    /// A TLP of the device.
    struct Arrival {
        pcie::TlpPtr received;
        pooling::EngineOutput output; ///< what the engine makes of it
        SimTime first_beat{};
        SimTime last_beat{};
        bool is_cut = false; ///< through, if the bridges let it up
        bool is_bad = false; ///< has an end that is; it is cut through or nothing
    };
    /// `port`: with the receive buffer of the TLPs; `answers`: the way back to the device. All must outlive this.
    DeviceIngress(Scheduler& scheduler, const Config& config, Port& port, DeviceBridges& bridges,
                  InternalInput& answers);

    void take(Arrival arrival);
    /// The device is gone with its link: nobody waits for the answers to what is here.
    void forget_answers() noexcept;

    /// What the TLPs for a root hold.
    [[nodiscard]] const RootQueue& queue(pcie::RootId root) const { return *queues_.at(root.index()); }
    /// From last beat at the port to the queue of the crossbar, summed over all TLPs.
    [[nodiscard]] SimTime time() const noexcept { return time_; }

private:
    struct Undecided {
        Arrival arrival;
        SimTime edge{};          ///< the first that sees it, or its header
        bool is_answered = true; ///< not when the link goes down before
    };
    /// Port to the queue of the crossbar.
    [[nodiscard]] unsigned stages() const noexcept { return config_.timing.inward() + config_.timing.toward_root(); }
    [[nodiscard]] SimTime header_end(const Arrival& arrival) const noexcept;
    /// When its last beat is in the queue of the crossbar.
    [[nodiscard]] SimTime whole(const Arrival& arrival) const noexcept;
    /// When it is in the queue.
    [[nodiscard]] SimTime ready(const Arrival& arrival) const;
    [[nodiscard]] UpstreamPort& root_of(const Arrival& arrival) const noexcept {
        return bridges_.root(arrival.output.tlp->root);
    }
    /// Whether engine and bridges let a TLP up that is no ERR_ message.
    [[nodiscard]] bool goes_up(const Arrival& arrival) const;
    void send_up(Arrival arrival);
    void decide();
    void decide_whole(Arrival arrival, bool is_answered);
    [[nodiscard]] bool is_let_up(const Arrival& arrival);
    void refuse(Arrival arrival, bool is_answered);
    [[nodiscard]] pcie::TlpPtr refuse_upward(const pcie::Tlp& received, const pcie::Tlp& sent, SimTime edge);

    Config config_;
    Port& port_;
    DeviceBridges& bridges_;
    InternalInput& answers_;
    std::vector<std::unique_ptr<RootQueue>> queues_; ///< by RootId
    core::RingQueue<Undecided> undecided_;
    Timer timer_;
    SimTime time_{};
};

} // namespace rootpool::models
