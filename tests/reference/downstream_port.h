#pragma once

#include <vector>

#include "tests/reference/link.h"
#include "tests/reference/root_share.h"
#include "tests/reference/sharing_engine.h"
#include "tests/reference/upstream_port.h"

namespace rootpool::reference {

/// The port of a device: its link, its sharing engine and what the crossbar has for it.
class DownstreamPort : private BehindOutput {
public:
    DownstreamPort(std::size_t number, Link& link, const SwitchSettings& settings, pcie::TlpFactory& factory,
                   SwitchCoverage& coverage);
    DownstreamPort(const DownstreamPort&) = delete;
    DownstreamPort& operator=(const DownstreamPort&) = delete;

    void connect(std::vector<UpstreamPort*> roots) { roots_ = std::move(roots); }
    void set_recorder(GrantRecorder& recorder) noexcept { to_device_.set_recorder(recorder); }
    [[nodiscard]] CrossbarOutput& to_device() noexcept { return to_device_; }

    /// A TLP of this device for a root that is fenced leaves its queue.
    void end_fenced(const Queued& queued, const UpstreamPort& root, Edge now);

    /// The link to a root came up or went down.
    void follow_root(pcie::RootId root, const LinkChange& change, Edge now);

    // At an edge, in this order.
    void take_inputs(Edge now) {
        link_.update(time_of(now));
        if (settings_.cut_through) { // what is stored is good
            to_device_.drop_bad(now);
        }
        if (link_.has_news(time_of(now))) {
            take_news(now);
        }
    }
    void follow_link(Edge now);
    void share_buffer(Edge now) {
        for (RootShare& share : shares_) {
            share.step(now);
        }
    }
    void step(Edge now) { to_device_.step(now); }

private:
    bool has_place(pcie::FlowClass flow_class) const override { return link_.has_place(flow_class); }
    bool accepts(std::size_t input, const pcie::Tlp& tlp) const override {
        return input == answers() ? engine_.accepts_own() : engine_.accepts(tlp);
    }
    void granted(std::size_t input, const Queued& queued, Edge now) override;
    void take_news(Edge now);
    void begin(const Beginning& beginning, Edge now);
    void take(const Buffered& received, Edge now);
    [[nodiscard]] unsigned inward() const noexcept {
        return settings_.stages.inward() + settings_.stages.toward_root();
    }
    [[nodiscard]] EngineResult decide(const pcie::Tlp& tlp, SharingEngine::State state);
    [[nodiscard]] bool is_stopped(const pcie::Tlp& tlp, const UpstreamPort& root) const;
    [[nodiscard]] pcie::TlpPtr refuse_fenced(const pcie::TlpHeader& request, const UpstreamPort& root) const;
    /// The input for what the switch answers to the device.
    [[nodiscard]] std::size_t answers() const noexcept { return settings_.roots.size(); }

    std::size_t number_;
    const SwitchSettings& settings_;
    pcie::TlpFactory& factory_;
    SwitchCoverage& coverage_;
    Link& device_link_;
    LinkPort link_;
    bool is_connected_ = true;
    SharingEngine engine_;
    CrossbarOutput to_device_;
    std::vector<UpstreamPort*> roots_;
    std::vector<RootShare> shares_; ///< by root; TLPs in queues point to them
};

} // namespace rootpool::reference
