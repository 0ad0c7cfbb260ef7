#pragma once

#include <optional>

#include "rootpool/pcie/tlp.h"
#include "rootpool/pooling/engine_context.h"
#include "rootpool/pooling/firewall.h"
#include "rootpool/pooling/lent_functions.h"
#include "rootpool/pooling/return_route.h"

namespace rootpool::pooling {

/// What the tables know of a TLP of a slave.
struct SlaveLookUp {
    const FirewallRow& row;
    std::optional<pcie::VfIndex> vf; ///< that it names by ID
    std::optional<BarHit> hit;       ///< that it names by address
};

/// What they know of one of the device.
struct DeviceLookUp {
    const FirewallRow& row;
    IdEntry entry; ///< of the VF that it names
    pcie::RootId root;
    InterruptHit interrupt = {};

    /// The ID in the domain of the root for `seen`, that of the TLP: the same unless it names a VF that is lent.
    [[nodiscard]] pcie::Bdf id_at_root(pcie::Bdf seen) const noexcept {
        return entry.valid() ? entry.owner().function : seen;
    }
};

/// Looks TLPs up in the tables of one engine, has the firewall judge them, and does what it says.
class EngineFirewall {
public:
    EngineFirewall(EngineContext& context, const LentFunctions& functions, const ReturnRoute& route) noexcept
        : context_(context), functions_(functions), route_(route) {}

    [[nodiscard]] const FirewallRow& judge_master(const pcie::TlpHeader& header) const;
    [[nodiscard]] SlaveLookUp judge_slave(const pcie::Tlp& tlp) const;
    [[nodiscard]] DeviceLookUp judge_request_of_device(const pcie::Tlp& tlp) const;
    /// One that no request of the engine waits for.
    [[nodiscard]] DeviceLookUp judge_completion_of_device(const pcie::TlpHeader& header) const;

    /// What becomes of a TLP from or for `root` that does not pass.
    [[nodiscard]] EngineOutput obey(const FirewallRow& row, const pcie::Tlp& tlp, pcie::RootId root);

private:
    [[nodiscard]] bool touches_lent(const pcie::TlpHeader& header) const noexcept;

    EngineContext& context_;
    const LentFunctions& functions_;
    const ReturnRoute& route_;
};

} // namespace rootpool::pooling
