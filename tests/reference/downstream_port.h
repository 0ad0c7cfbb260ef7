#pragma once

#include <vector>

#include "tests/reference/link.h"
#include "tests/reference/root_share.h"
#include "tests/reference/sharing_engine.h"
#include "tests/reference/upstream_port.h"

namespace rootpool::reference {

/// The port of a device: its link, its sharing engine and what the crossbar has for it.
class DownstreamPort : public SwitchPort, private BehindOutput {
public:
    DownstreamPort(std::size_t number, Link& link, const SwitchSettings& settings, pcie::TlpFactory& factory,
                   SwitchCoverage& coverage);

    void connect(std::vector<UpstreamPort*> roots) { roots_ = std::move(roots); }
    void set_recorder(GrantRecorder& recorder) noexcept { to_link_.set_recorder(recorder); }
    [[nodiscard]] CrossbarOutput& to_device() noexcept { return to_link_; }

    /// A TLP of this device for a root that is fenced leaves its queue.
    void end_fenced(const Queued& queued, const UpstreamPort& root, Edge now);

    /// The link to a root came up or went down.
    void follow_root(pcie::RootId root, const LinkChange& change, Edge now);

    // At an edge, in this order, after take_inputs().
    void follow_link(Edge now);
    void share_buffer(Edge now) {
        for (RootShare& share : shares_) {
            share.step(now);
        }
    }
    void step(Edge now) { to_link_.step(now); }

private:
    bool has_place(pcie::FlowClass flow_class) const override { return link_.has_place(flow_class); }
    ReturnPlace return_place(std::size_t input, const pcie::Tlp& tlp) const override {
        return input == answers() ? engine_.own_return_place() : engine_.return_place(tlp);
    }
    void granted(std::size_t input, const Queued& queued, Edge now) override;
    void begin(const Beginning& beginning, Edge now) override;
    void take(const Buffered& received, Edge now) override;
    [[nodiscard]] EngineResult decide(const pcie::Tlp& tlp, SharingEngine::State state);
    [[nodiscard]] bool is_stopped(const pcie::Tlp& tlp, const UpstreamPort& root) const;
    [[nodiscard]] pcie::TlpPtr refuse_fenced(const pcie::TlpHeader& request, const UpstreamPort& root) const;
    /// The input for what the switch answers to the device.
    [[nodiscard]] std::size_t answers() const noexcept { return settings_.roots.size(); }

    std::size_t number_;
    pcie::TlpFactory& factory_;
    Link& device_link_;
    bool is_connected_ = true;
    SharingEngine engine_;
    std::vector<UpstreamPort*> roots_;
    std::vector<RootShare> shares_; ///< by root; TLPs in queues point to them
};

} // namespace rootpool::reference
