#pragma once

#include <vector>

#include "models/pooling/device_ingress.h"

namespace rootpool::models {

/// Resets as the edges of the fabric clock see them: of the device with its link, and of the functions that are lent to
/// a root with its virtual link. What happened at a moment takes effect behind all that edges at this moment decide,
/// whoever is processed first (docs/timing.md 1).
class DeviceResets {
public:
    /// What a reset empties; must outlive this.
    struct Targets {
        pooling::SharingEngine& engine;
        CrossbarOutput& to_device;
        InternalInput& own_requests; ///< of to_device
        DeviceIngress& ingress;
        DeviceBridges& bridges;
    };
    DeviceResets(Scheduler& scheduler, const Targets& targets, SimTime period)
        : targets_(targets), period_(period),
          after_instant_(scheduler, Timer::Callback::to<&DeviceResets::follow>(*this)) {}

    /// The virtual link of a root went down now: its TLPs are dropped, the functions that are lent to it reset.
    void reset_root(pcie::RootId root);
    /// The link of the device went up or down now.
    void link_changes(bool up);
    /// As edges see the link.
    [[nodiscard]] bool link_up() const noexcept { return link_up_; }

private:
    void follow();
    void lose_device();
    void execute(pcie::RootId root);

    Targets targets_;
    SimTime period_; ///< of the fabric clock
    bool link_up_ = true;
    bool link_is_up_ = true;          ///< at this moment
    std::vector<pcie::RootId> roots_; ///< whose resets edges do not see yet
    Timer after_instant_;
};

} // namespace rootpool::models
