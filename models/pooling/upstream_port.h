#pragma once

#include <vector>

#include "models/pcie/watchdog.h"
#include "models/pooling/internal_input.h"
#include "models/pooling/root_fence.h"
#include "rootpool/pooling/port_switching_table.h"
#include "rootpool/pooling/tagging.h"
#include "rootpool/pooling/virtual_switch.h"

namespace rootpool::models {

class DownstreamPort;

/// What the switch answers or reports.
enum class AnswerCause : std::uint8_t { link, request_of_device, request_of_root };
/// Orders what is ready at the same time: `bridge` is 0 for the port of the root itself, 1 + DeviceIndex for the bridge
/// above a device.
[[nodiscard]] constexpr unsigned answer_rank(unsigned bridge, AnswerCause cause) noexcept {
    return 3 * bridge + static_cast<unsigned>(cause);
}

/// The upstream port of one root: link port, and timing around that root's virtual switch.
class UpstreamPort : public sc_core::sc_module, private PortOwner {
public:
    struct Config {
        pcie::RootId root;
        SwitchTiming timing;
        const pooling::Tagging* tagging;
        pcie::Credits credits;
        unsigned devices;
        std::string_view arbiter;
        pcie::OrderingPolicy ordering;
        SimTime fence_timeout; ///< 0: the root is never fenced
        pooling::Switching switching;
    };
    UpstreamPort(const sc_core::sc_module_name& name, Scheduler& scheduler, pcie::TlpFactory& factory,
                 const Config& config, pooling::VirtualSwitch& virtual_switch);

    /// The ports of the devices, by DeviceIndex; before the simulation.
    void connect(std::vector<DownstreamPort*> devices) { devices_ = std::move(devices); }

    void observe(GrantObserver& observer) noexcept;

    [[nodiscard]] Port& port() noexcept { return port_; }
    [[nodiscard]] const Port& port() const noexcept { return port_; }
    /// A TLP of a device for this root.
    void take(pooling::DeviceIndex device, CrossbarEntry&& entry);
    /// Drops what the device has in the queue to the root.
    void drop(pooling::DeviceIndex device) { to_link_.flush(device.index()); }
    /// A completion that the switch made at `edge` for this root leaves through the internal input. `rank` orders those
    /// that are ready at the same time, whoever is processed first (docs/timing.md 3.6).
    void answer(pcie::TlpPtr completion, SimTime edge, unsigned rank);
    /// The ERR_ message that the virtual switch owes its root leaves the same way.
    void send_error(SimTime edge, unsigned rank);
    /// The same for something that took effect now.
    void send_error(unsigned rank) { send_error(core::edge_after(now(), config_.timing.period), rank); }

    [[nodiscard]] pooling::VirtualSwitch& virtual_switch() noexcept { return virtual_switch_; }
    [[nodiscard]] std::uint64_t received() const noexcept { return received_; }
    [[nodiscard]] pcie::RootId root() const noexcept { return config_.root; }
    [[nodiscard]] bool reaches(pooling::DeviceIndex device) const noexcept { return virtual_switch_.reaches(device); }
    /// Crossbar output to the link. Inputs: one per device, and one for what the switch makes itself.
    [[nodiscard]] const CrossbarOutput& output() const noexcept { return to_link_; }
    [[nodiscard]] RootFence& fence() noexcept { return fence_; }
    [[nodiscard]] const RootFence& fence() const noexcept { return fence_; }
    /// What waits in the output, and whether that has an end.
    [[nodiscard]] Waiting waiting() const noexcept;
    [[nodiscard]] const StageTimes& times() const noexcept { return times_; }
    [[nodiscard]] std::uint64_t sent() const noexcept { return to_link_.granted(); }

private:
    /// Sends what was granted out of the link.
    class LinkSink : public CrossbarSink {
    public:
        explicit LinkSink(UpstreamPort& owner) : owner_(owner) {}
        [[nodiscard]] const CrossbarRoom& room() const override { return owner_.port_.room(); }
        void deliver(std::size_t input, CrossbarEntry& entry, SimTime edge) override;

    private:
        UpstreamPort& owner_;
    };
    /// Executes what is addressed to the switch's own functions.
    class LocalSink : public CrossbarSink {
    public:
        explicit LocalSink(UpstreamPort& owner) : owner_(owner) {}
        [[nodiscard]] const CrossbarRoom& room() const override { return always_room; }
        void deliver(std::size_t input, CrossbarEntry& entry, SimTime edge) override;

    private:
        static constexpr CrossbarRoom always_room{at_once, at_once, at_once};

        UpstreamPort& owner_;
    };

    void on_tlp(Port& port, pcie::TlpPtr tlp, SimTime first_beat, SimTime last_beat) override;
    void on_bad_tlp(Port& port, const pcie::TlpPtr& tlp, SimTime first_beat, SimTime last_beat) override;
    void on_room(Port& port) override;
    [[nodiscard]] bool is_fenced(const Port& port) const override;
    void on_link_error(Port& port, pcie::ErrorKind kind) override;
    void on_link_negotiated(Port& /*port*/, const pcie::LinkParameters& link) override {
        virtual_switch_.set_upstream_link(link);
    }
    void on_link_up(Port& port) override;
    void on_link_down(Port& /*port*/) override { link_changes(false); }
    void link_changes(bool up);
    void follow_link();
    [[nodiscard]] unsigned egress_cycles() const noexcept { return config_.timing.arbitration + config_.timing.egress; }
    void end_fenced(std::size_t input, const CrossbarEntry& entry, SimTime edge);
    [[nodiscard]] pooling::Route route(const pcie::TlpHeader& header) const;
    [[nodiscard]] pcie::TlpPtr tagged(const pcie::Tlp& tlp, const pooling::Route& route);
    [[nodiscard]] bool cuts_through(const pcie::TlpHeader& header, const pooling::Route& route) const noexcept;
    [[nodiscard]] SimTime ready(const pcie::Tlp& sent, SimTime first_beat, SimTime last_beat,
                                const pooling::Route& route) const;

    Config config_;
    pooling::VirtualSwitch& virtual_switch_;
    pcie::TlpFactory& factory_;
    Port port_;
    LinkSink link_sink_{*this};
    LocalSink local_sink_{*this};
    CrossbarOutput to_link_;
    InternalInput internal_; ///< for answers that the switch makes itself
    CrossbarOutput to_local_;
    RootFence fence_;
    std::vector<DownstreamPort*> devices_;
    Timer after_instant_;
    bool link_up_ = true;
    std::uint64_t received_ = 0;
    StageTimes times_;
};

} // namespace rootpool::models
