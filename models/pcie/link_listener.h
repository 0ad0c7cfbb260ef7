#pragma once

#include "rootpool/pcie/error_kinds.h"
#include "rootpool/pcie/link_arithmetic.h"

namespace rootpool::models {

/// What a link tells the ports at its ends beside TLPs, at the moment at which it happens.
class LinkListener {
public:
    virtual ~LinkListener() = default;
    /// This side's receiver or transmitter detected an error (PCIe base tables 6-3 and 6-4).
    virtual void on_link_error(pcie::ErrorKind kind) = 0;
    /// The link was connected, and will have this rate and width.
    virtual void on_link_negotiated(const pcie::LinkParameters& link) = 0;
    /// Initialisation of the link begins; TLPs that are sent from now on are kept.
    virtual void on_link_up() = 0;
    /// The link went down. Whatever was received before has been announced.
    virtual void on_link_down() = 0;
};

/// What the port of the upstream component can make its link do.
class LinkControl {
public:
    virtual ~LinkControl() = default;
    /// Hot Reset, or Link Disable, while `held`: docs/timing.md 2.7.
    virtual void hold_reset(bool held) = 0;
};

} // namespace rootpool::models
