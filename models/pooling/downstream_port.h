#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "models/pcie/watchdog.h"
#include "models/pooling/crossbar.h"
#include "models/pooling/root_queue.h"
#include "models/pooling/upstream_port.h"
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
    void on_link_down(Port& port) override;
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
    void answer_device(pcie::TlpPtr completion, SimTime edge);
    [[nodiscard]] bool cuts_through(const pcie::TlpHeader& header) const noexcept {
        return config_.switching == pooling::Switching::cut_through && models::cuts_through(header);
    }
    /// Port to the queue of the crossbar.
    [[nodiscard]] unsigned ingress_stages() const noexcept {
        return config_.timing.inward() + config_.timing.toward_root();
    }
    /// When what goes on as `sent` toward a root is in the queue.
    [[nodiscard]] SimTime ready(const pcie::Tlp& received, const pcie::Tlp& sent, SimTime first_beat,
                                SimTime last_beat);
    /// Whether the bridges of the root let a TLP of the device up; a refused request is answered.
    [[nodiscard]] bool goes_up(UpstreamPort& root, const pcie::Tlp& received, const pcie::Tlp& sent, SimTime edge);
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
    std::uint64_t received_ = 0;
    std::uint64_t sent_ = 0;
    StageTimes times_;
};

} // namespace rootpool::models
