#pragma once

#include <memory>
#include <vector>

#include "rootpool/pooling/toward_device.h"
#include "rootpool/pooling/toward_root.h"

namespace rootpool::pooling {

struct SharingEngineConfig {
    DeviceProfile profile;
    pcie::RootId master;
    unsigned roots = 1;
    bool ari = false;
    std::string_view return_route = "scoreboard";
    ReturnRouteConfig route;
    std::string_view interrupts = "direct"; ///< interrupt_route_names()
};

/// The sharing engine of one pooled device, without time: tables, VF emulation, firewall, return route. The master's
/// TLPs pass with their own numbers; a slave's are rewritten to the master's and back.
class SharingEngine {
public:
    SharingEngine(const SharingEngineConfig& config, pcie::TlpFactory& factory);
    SharingEngine(const SharingEngine&) = delete;
    SharingEngine& operator=(const SharingEngine&) = delete;

    // --- data path
    /// A non-posted request may pass at any time after the result (see ReturnRoute::ready_after()); `now` for anything
    /// else.
    [[nodiscard]] SimTime ready_after(const pcie::Tlp& tlp, SimTime now) {
        return pcie::flow_class(tlp.header.kind) == pcie::FlowClass::non_posted
                   ? route_->ready_after(toward_device_.completion_use(tlp), tlp.root, now)
                   : now;
    }
    /// A TLP of root `tlp.root` on its way to the device, at `now`.
    [[nodiscard]] EngineOutput from_root(const pcie::Tlp& tlp, SimTime now) {
        ++context_.counters.at(tlp.root.index()).to_device;
        return toward_device_.pass(tlp, now);
    }
    /// The same while the link to the device is down: nothing goes there (PCIe base 2.9.1).
    [[nodiscard]] EngineOutput without_link(const pcie::Tlp& tlp);
    /// A TLP from the device, wholly in the buffer at `at`.
    [[nodiscard]] EngineOutput from_device(const pcie::Tlp& tlp, SimTime at) { return toward_root_.pass(tlp, at); }
    /// A memory write or completion whose end is bad, as it goes on until then; nothing else comes of it. Null: it does
    /// not go on.
    [[nodiscard]] pcie::TlpPtr bad_from_root(const pcie::Tlp& tlp) const { return toward_device_.pass_bad(tlp); }
    [[nodiscard]] pcie::TlpPtr bad_from_device(const pcie::Tlp& tlp, SimTime at) const {
        return toward_root_.pass_bad(tlp, at);
    }

    // --- resets
    /// The virtual link of a slave is in reset: its functions look as after a function level reset, and what it asked
    /// for is dropped when it comes. The caller has the device reset them, by make_reset().
    void reset_root(pcie::RootId root, SimTime now);
    /// The engine's own request for a function level reset of a lent VF: goes to the device by send_own().
    [[nodiscard]] pcie::TlpPtr make_reset(pcie::VfIndex vf);
    /// See ready_after().
    [[nodiscard]] SimTime own_ready_after(SimTime now) {
        return route_->ready_after(CompletionUse::nothing, context_.master, now);
    }
    [[nodiscard]] pcie::TlpPtr send_own(const pcie::Tlp& request, SimTime now);
    /// The link to the device went down: the device is reset, and forgets all that it was asked.
    void forget_device(SimTime now);

    // --- management
    /// Functions that `root` holds, in function order.
    [[nodiscard]] const std::vector<pcie::VfIndex>& lent_to(pcie::RootId root) const { return functions_.of(root); }
    [[nodiscard]] bool is_lent(pcie::VfIndex vf) const noexcept { return functions_.is_lent(vf); }
    [[nodiscard]] unsigned functions_per_slot() const noexcept { return ari_ ? 256 : 8; }
    [[nodiscard]] unsigned total_vfs() const noexcept { return functions_.profile().total_vfs; }
    [[nodiscard]] pcie::RootId master() const noexcept { return context_.master; }
    /// Makes `vfs` the functions 0.. of `root`'s slot. PoolManager has checked them.
    void set_lent(pcie::RootId root, std::vector<pcie::VfIndex> vfs) { functions_.lend(root, std::move(vfs)); }
    /// The secondary-bus register of `root`'s downstream bridge was written.
    void set_slave_bus(pcie::RootId root, std::uint8_t bus) { functions_.set_slave_bus(root, bus); }
    /// Routing ID of the downstream bridge in the master's numbering: the engine's own requester ID.
    void set_engine_id(pcie::Bdf id) noexcept { context_.id = id; }

    // --- what it knows
    [[nodiscard]] const MasterSnoop& snoop() const noexcept { return functions_.snoop(); }
    [[nodiscard]] const IdTables& ids() const noexcept { return functions_.ids(); }
    [[nodiscard]] const BarTables& bars() const noexcept { return functions_.bars(); }
    [[nodiscard]] const EngineCounters& counters(pcie::RootId root) const { return context_.counters.at(root.index()); }
    [[nodiscard]] EngineTableSizes table_sizes() const noexcept { return functions_.table_sizes(); }
    /// Requests for which the return route keeps a place.
    [[nodiscard]] std::size_t outstanding() const noexcept { return route_->outstanding(); }

private:
    bool ari_;
    EngineContext context_;
    LentFunctions functions_;
    std::unique_ptr<ReturnRoute> route_;
    EngineFirewall firewall_{context_, functions_, *route_};
    TowardDevice toward_device_{context_, functions_, firewall_, *route_};
    TowardRoot toward_root_{context_, functions_, firewall_, *route_};
};

} // namespace rootpool::pooling
