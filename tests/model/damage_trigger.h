#pragma once

#include <utility>

#include "rootpool/pcie/link_faults.h"

namespace rootpool::models::test {

/// Damages the next TLP when it is told to.
class DamageTrigger : public pcie::FaultSource {
public:
    void damage_next() noexcept { armed_ = true; }
    pcie::PacketFate fate(bool is_tlp, unsigned /*bytes*/) override {
        return is_tlp && std::exchange(armed_, false) ? pcie::PacketFate::corrupted : pcie::PacketFate::intact;
    }

private:
    bool armed_ = false;
};

} // namespace rootpool::models::test
