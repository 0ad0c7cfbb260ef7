#pragma once

#include "tests/reference/crossbar_output.h"

namespace rootpool::reference {

/// Whether a root is cut off from the devices (docs/timing.md 3.8).
class RootFence {
public:
    RootFence(const CrossbarOutput& to_root, const SwitchSettings& settings, SwitchCoverage& coverage)
        : to_root_(to_root), settings_(settings), coverage_(coverage), devices_(settings.devices.size()) {}

    /// At an edge, before all else, with the port of the root.
    void step(Edge now, const LinkPort& egress);
    /// At the edge of the last step.
    [[nodiscard]] bool holds() const noexcept { return holds_; }
    /// It began at the edge of the last step.
    [[nodiscard]] bool has_begun(Edge now) const noexcept { return holds_ && since_ == now; }

private:
    [[nodiscard]] bool is_overdue(const TransmitPlaces& places, Edge now) const;
    [[nodiscard]] bool is_overdue(const CrossbarQueue& queue, Edge now) const;
    [[nodiscard]] bool is_overdue(const TransmitPlaces& places, pcie::FlowClass flow_class, Edge now) const;
    [[nodiscard]] bool has_expired(SimTime since, Edge now) const;

    const CrossbarOutput& to_root_;
    const SwitchSettings& settings_;
    SwitchCoverage& coverage_;
    std::size_t devices_;
    bool holds_ = false;
    Edge since_ = 0;
};

} // namespace rootpool::reference
