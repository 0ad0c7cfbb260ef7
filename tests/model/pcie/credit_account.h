#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "rootpool/core/time.h"
#include "rootpool/pcie/credits.h"
#include "rootpool/pcie/dllp.h"
#include "rootpool/pcie/tlp.h"

namespace rootpool::models::test {

/// Flow control of one direction, in counts that never wrap.
class CreditAccount {
public:
    explicit CreditAccount(const pcie::Credits& advertised) : advertised_(advertised) { restart(); }

    /// The link came up.
    void restart();
    /// The receiver frees what a TLP took, at `at`.
    void released(const pcie::TlpHeader& header, SimTime at);
    /// The receiver starts an InitFC or UpdateFC at `start`; `received`: never, if it is lost.
    void announced(const pcie::Dllp& dllp, SimTime start, SimTime received);
    /// The transmitter starts a TLP for the first time.
    void consumed(const pcie::TlpHeader& header, SimTime start);
    /// Long after the last TLP: everything is free again, and the transmitter knows it.
    [[nodiscard]] bool balanced();

    std::uint64_t overdrawn = 0;
    std::uint64_t wrong_announcements = 0;

private:
    struct Release {
        SimTime at;
        pcie::CreditCost cost;
    };
    struct Class {
        pcie::CreditCost allocated;
        pcie::CreditCost limit;
        pcie::CreditCost consumed;
        bool known = false;
        std::vector<Release> releases;
    };
    struct Limit {
        SimTime received;
        pcie::FlowClass flow;
        pcie::CreditCost total;
    };
    [[nodiscard]] Class& of(pcie::FlowClass flow) { return classes_[static_cast<std::size_t>(flow)]; }
    static void take_releases(Class& one, SimTime before);
    void take_limits(SimTime before);

    pcie::Credits advertised_;
    std::array<Class, pcie::flow_class_count> classes_;
    std::deque<Limit> limits_; ///< on their way
};

} // namespace rootpool::models::test
