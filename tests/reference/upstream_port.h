#pragma once

#include <vector>

#include "tests/reference/root_bridges.h"
#include "tests/reference/root_fence.h"
#include "tests/reference/switch_port.h"

namespace rootpool::reference {

class DownstreamPort;

/// The port of a root: its link, its bridges and what the crossbar has for it.
class UpstreamPort : public SwitchPort {
public:
    UpstreamPort(std::size_t number, LinkEnd& end, const SwitchSettings& settings, pcie::TlpFactory& factory,
                 SwitchCoverage& coverage);

    void connect(std::vector<DownstreamPort*> devices) { devices_ = std::move(devices); }
    void set_recorder(GrantRecorder& recorder) noexcept;

    [[nodiscard]] CrossbarOutput& to_root() noexcept { return to_link_; }
    [[nodiscard]] pcie::RootId root() const noexcept { return root_; }
    [[nodiscard]] const RootFence& fence() const noexcept { return fence_; }
    [[nodiscard]] const RootBridges& bridges() const noexcept { return bridges_; }
    /// A completion that was decided at `decided` goes to the root. Of those that are ready together the smaller rank
    /// goes first (docs/timing.md 3.6).
    void answer(pcie::TlpPtr completion, Edge decided, unsigned rank);

    // At an edge, in this order, after take_inputs().
    /// The link came up or went down before the edge, and was not followed yet.
    [[nodiscard]] bool has_change(Edge now) const noexcept { return link_.has_change(time_of(now)); }
    /// All functions are reset.
    [[nodiscard]] LinkChange follow_link(Edge now);
    void keep_fence(Edge now) {
        fence_.step(now, link_);
        if (fence_.holds()) {
            end_fenced(now);
        }
    }
    void step(Edge now) {
        to_link_.step(now);
        to_own_.step(now);
    }

private:
    /// The link to the root.
    class Egress : public BehindOutput {
    public:
        explicit Egress(UpstreamPort& port) : port_(port) {}
        bool has_place(pcie::FlowClass flow_class) const override { return port_.link_.has_place(flow_class); }
        void granted(std::size_t input, const Queued& queued, Edge now) override;

    private:
        UpstreamPort& port_;
    };
    /// The switch's own functions.
    class OwnFunctions : public BehindOutput {
    public:
        explicit OwnFunctions(UpstreamPort& port) : port_(port) {}
        bool has_place(pcie::FlowClass /*flow_class*/) const override { return true; }
        void granted(std::size_t input, const Queued& queued, Edge now) override;

    private:
        UpstreamPort& port_;
    };

    /// What waits for the root, or has come for it.
    void end_fenced(Edge now);
    void begin(const Beginning& beginning, Edge now) override;
    void take(const Buffered& received, Edge now) override;
    [[nodiscard]] pcie::TlpPtr tagged(const pcie::Tlp& received, const Destination& to);

    pcie::RootId root_;
    pcie::TlpFactory& factory_;
    RootBridges bridges_;
    Egress egress_{*this};
    OwnFunctions own_functions_{*this};
    CrossbarOutput to_own_;
    RootFence fence_;
    std::vector<DownstreamPort*> devices_;
};

} // namespace rootpool::reference
