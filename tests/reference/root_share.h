#pragma once

#include <vector>

#include "tests/reference/link_port.h"
#include "tests/reference/switch_coverage.h"

namespace rootpool::reference {

/// What the TLPs of a device for one root occupy: receive buffer, up to a quota, or the reserve of the root
/// (docs/timing.md 3.2).
class RootShare : public ReceiveMemory {
public:
    RootShare(LinkPort& buffer, const SwitchSettings& settings, SwitchCoverage& coverage)
        : buffer_(buffer), settings_(settings), coverage_(coverage) {}

    /// A TLP is in the receive buffer, and in the queue from `ready` on.
    void come(const Buffered& received, Edge ready);
    /// At an edge, before grants: what came moves to the reserve if it has to and can.
    void step(Edge now) {
        if (!occupants_.empty()) {
            update(now);
        }
    }
    void release(const Buffered& received, SimTime at) override;

private:
    enum class Where : std::uint8_t { under_way, buffer, reserve };
    struct Occupant {
        Buffered received;
        Edge ready;
        Where where = Where::under_way;
        SimTime leaves = core::never;
    };
    struct Use {
        unsigned headers = 0;
        unsigned data = 0;
    };

    void update(Edge now);
    void decide(Occupant& arrived, Edge now);
    /// Of a class, in buffer or reserve.
    [[nodiscard]] Use use(Where where, pcie::FlowClass flow_class) const;
    [[nodiscard]] static bool fits(Use use, const ClassCredits& limit) noexcept {
        return use.headers <= limit.headers && use.data <= limit.data;
    }

    LinkPort& buffer_;
    const SwitchSettings& settings_;
    SwitchCoverage& coverage_;
    std::vector<Occupant> occupants_; ///< in the order in which they came
};

} // namespace rootpool::reference
