#pragma once

#include "tests/reference/crossbar_output.h"

namespace rootpool::reference {

/// What ports of roots and of devices have in common: a link, what the crossbar has for it, and how TLPs come and go
/// over it.
class SwitchPort {
public:
    virtual ~SwitchPort() = default;
    SwitchPort(const SwitchPort&) = delete;
    SwitchPort& operator=(const SwitchPort&) = delete;

    /// At an edge, before all else.
    void take_inputs(Edge now) {
        link_.update(time_of(now));
        if (settings_.cut_through) { // what is stored is good
            to_link_.drop_bad(now);
        }
        if (link_.has_news(time_of(now))) {
            take_news(now);
        }
    }

protected:
    /// `inward`: cycles from the port to the crossbar.
    SwitchPort(LinkEnd& end, OutputName name, const ArbiterSettings& arbiter, unsigned inward,
               const SwitchSettings& settings, BehindOutput& behind, SwitchCoverage& coverage);

    /// The first edge at which a TLP that is taken at this one is in its queue.
    [[nodiscard]] Edge ready_after(Edge now) const noexcept { return now + inward_ - 1; }
    /// `tlp` as it goes on to `output` before it is whole, from `memory`.
    [[nodiscard]] Queued cut_through(const Beginning& beginning, pcie::TlpPtr tlp, const CrossbarOutput& output,
                                     ReceiveMemory& memory, Edge now);
    /// What was granted, whose first beat is at the link at `ready`.
    [[nodiscard]] Handed handed(const Queued& queued, Edge ready) const;

    const SwitchSettings& settings_;
    SwitchCoverage& coverage_;
    LinkPort link_;
    CrossbarOutput to_link_;

private:
    void take_news(Edge now);
    virtual void begin(const Beginning& beginning, Edge now) = 0;
    virtual void take(const Buffered& received, Edge now) = 0;

    unsigned inward_;
};

} // namespace rootpool::reference
