#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "models/pcie/watchdog.h"
#include "models/pooling/crossbar.h"
#include "models/pooling/root_queue.h"
#include "models/pooling/upstream_port.h"
#include "rootpool/core/ring_queue.h"
#include "rootpool/pooling/sharing_engine.h"
#include "rootpool/pooling/tagging.h"

namespace rootpool::models {

/// The downstream port of one device: link port, and timing around the device's sharing engine.
class DownstreamPort : public sc_core::sc_module, private PortOwner, private CrossbarSink {
public:
    struct Config {
        pooling::DeviceIndex device;
        SwitchTiming timing;
        const pooling::Tagging* tagging;
        pcie::Credits credits;
        unsigned roots;
        std::string_view arbiter;
        std::vector<unsigned> weights;    ///< of roots, see pooling::ArbiterConfig
        std::vector<unsigned> priorities; ///< of roots
        pcie::OrderingPolicy ordering;
        pcie::Credits root_quota;   ///< of the receive buffer
        pcie::Credits root_reserve; ///< beside it
        pooling::Switching switching;
    };
    DownstreamPort(const sc_core::sc_module_name& name, Scheduler& scheduler, const Config& config,
                   pooling::SharingEngine& engine);

    /// The upstream ports, by RootId; before the simulation.
    void connect(std::vector<UpstreamPort*> roots) { roots_ = std::move(roots); }

    void observe(GrantObserver& observer) noexcept {
        to_device_.observe(observer, {GrantPlace::Leads::to_device, config_.device.index()});
    }

    [[nodiscard]] Port& port() noexcept { return port_; }
    [[nodiscard]] const Port& port() const noexcept { return port_; }
    /// The virtual link of a root is in reset: its TLPs are dropped, lent functions reset, as edges after now see it.
    void reset_root(pcie::RootId root);
    /// The master's bridge holds the device's link in reset, or lets it go.
    void hold_reset(bool held);
    /// Crossbar output to the device. Inputs: one per root, and internal_input() for completions that the switch makes
    /// itself.
    [[nodiscard]] CrossbarOutput& to_device() noexcept { return to_device_; }
    [[nodiscard]] std::size_t internal_input() const noexcept { return config_.roots; }
    /// The fence of a root took a TLP of this device out of its queue at `edge` (docs/timing.md 3.8).
    void end_fenced(UpstreamPort& root, const CrossbarEntry& entry, SimTime edge);
    /// What this port's TLPs for a root hold.
    [[nodiscard]] const RootQueue& queue(pcie::RootId root) const { return *queues_.at(root.index()); }
    [[nodiscard]] Waiting waiting() const noexcept;
    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
    [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }
    [[nodiscard]] const StageTimes& times() const noexcept { return times_; }
    /// Grants at the crossbar output toward the device and their waiting time.
    [[nodiscard]] const CrossbarOutput& output() const noexcept { return to_device_; }

private:
    [[nodiscard]] CrossbarRoom room() const override { return port_.room(); }
    [[nodiscard]] SimTime accepts_after(std::size_t input, const CrossbarEntry& entry, SimTime seen) override;
    void deliver(std::size_t input, CrossbarEntry& entry, SimTime edge) override;
    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override;
    void on_bad_tlp(Port& port, const pcie::TlpPtr& tlp, SimTime first_beat, SimTime last_beat) override;
    void on_room(Port& port) override;
    void on_link_error(Port& port, pcie::ErrorKind kind) override;
    void on_link_negotiated(Port& port, const pcie::LinkParameters& link) override;
    void on_link_up(Port& port) override;
    void on_link_down(Port& port) override;
    void follow_resets();
    void execute_reset(pcie::RootId root);
    void lose_device();
    [[nodiscard]] unsigned egress_cycles() const noexcept {
        return config_.timing.arbitration + config_.timing.toward_device() + config_.timing.egress;
    }
    /// The device's link is the master's.
    [[nodiscard]] UpstreamPort& master() { return *roots_[engine_.master().index()]; }
    /// Rank of what the bridge above the device makes; see UpstreamPort::answer().
    [[nodiscard]] unsigned rank(AnswerCause cause) const noexcept {
        return answer_rank(1U + config_.device.value(), cause);
    }
    /// When the engine has decided about what is granted at `edge`.
    [[nodiscard]] SimTime decided_at(SimTime edge) const noexcept {
        return edge + config_.timing.cycles(config_.timing.toward_device());
    }
    [[nodiscard]] pcie::TlpPtr refuse_fenced(UpstreamPort& root, const CrossbarEntry& entry, SimTime edge);
    [[nodiscard]] pcie::TlpPtr through_engine(UpstreamPort& root, const CrossbarEntry& entry, SimTime edge);
    void answer_device(pcie::TlpPtr tlp, SimTime edge, unsigned rank = 0);
    [[nodiscard]] bool cuts_through(const pcie::TlpHeader& header) const noexcept {
        return config_.switching == pooling::Switching::cut_through && models::cuts_through(header);
    }
    /// Port to the queue of the crossbar.
    [[nodiscard]] unsigned ingress_stages() const noexcept {
        return config_.timing.inward() + config_.timing.toward_root();
    }
    /// A TLP of the device.
    struct Arrival {
        pcie::TlpPtr received;
        pooling::EngineOutput output;
        SimTime first_beat{};
        SimTime last_beat{};
        bool is_cut = false; ///< through, if the bridges let it up
        bool is_bad = false; ///< has an end that is; it is cut through or nothing
    };
    struct RefusedArrival {
        Arrival arrival;
        SimTime edge{};          ///< the first that sees it, or its header
        bool is_answered = true; ///< not when the link goes down before
    };
    [[nodiscard]] SimTime header_end(const Arrival& arrival) const noexcept;
    /// When its last beat is in the queue of the crossbar.
    [[nodiscard]] SimTime whole(const Arrival& arrival) const noexcept;
    /// When it is in the queue.
    [[nodiscard]] SimTime ready(const Arrival& arrival) const;
    void take(Arrival arrival);
    /// Whether engine and bridges let a TLP up that is no ERR_ message.
    [[nodiscard]] bool goes_up(const Arrival& arrival) const;
    void send_up(Arrival arrival);
    void decide_refused();
    void decide_whole(Arrival arrival, bool is_answered);
    [[nodiscard]] bool is_let_up(const Arrival& arrival);
    void refuse(Arrival arrival, bool is_answered);
    [[nodiscard]] pcie::TlpPtr refuse_upward(const pcie::Tlp& received, const pcie::Tlp& sent, SimTime edge);
    /// The bridge above reports what the engine refused.
    void report(const pooling::EngineOutput& output, const pcie::Tlp& refused, SimTime edge, unsigned rank);
    /// After a snoop: what the slaves' bridges advertise follows the PF's maximum payload.
    void publish_max_payload();

    Config config_;
    pooling::SharingEngine& engine_;
    Port port_;
    CrossbarOutput to_device_;
    std::vector<UpstreamPort*> roots_;
    std::vector<std::unique_ptr<RootQueue>> queues_; ///< by RootId
    unsigned published_max_payload_ = 0;
    bool holds_reset_ = false;
    bool link_up_ = true;                     ///< as edges see it
    bool link_is_up_ = true;                  ///< at this moment
    std::vector<pcie::RootId> resets_;        ///< that edges do not see yet
    core::RingQueue<RefusedArrival> refused_; ///< or ERR_ messages, and what came behind them
    Timer refused_timer_;
    Timer after_instant_;
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
    StageTimes times_;
};

} // namespace rootpool::models
