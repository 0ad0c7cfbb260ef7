#pragma once

#include <memory>
#include <vector>

#include "rootpool/pcie/tlp.h"
#include "rootpool/pooling/bar_tables.h"
#include "rootpool/pooling/firewall.h"
#include "rootpool/pooling/id_tables.h"
#include "rootpool/pooling/interrupt_route.h"
#include "rootpool/pooling/master_snoop.h"
#include "rootpool/pooling/return_route.h"
#include "rootpool/pooling/vf_config_shadow.h"

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

/// What the engine makes of a TLP.
struct EngineOutput {
    enum class Action : std::uint8_t {
        forward, ///< `tlp` goes on in its direction
        answer,  ///< `tlp` is the completion, it goes back where the request came from
        drop,    ///< nothing goes anywhere
    };
    Action action = Action::drop;
    pcie::TlpPtr tlp; ///< Tlp::root is the root that it comes from or goes to
    /// Why the TLP was refused, and whose bridge has to report it.
    RefusalCause refused = RefusalCause::none;
    pcie::RootId root{};
};

/// Counters of one root at one engine.
struct EngineCounters {
    std::uint64_t to_device = 0;
    std::uint64_t from_device = 0;
    std::uint64_t answered = 0;   ///< configuration reads and writes that the shadow answered alone
    std::uint64_t interrupts = 0; ///< messages whose address and data were exchanged
    RefusalCounters refused;
};

/// Memory that an engine needs, in bytes. It depends on the device's number of VFs only, never on the number of roots.
struct EngineTableSizes {
    std::size_t ids = 0;        ///< ID CAM and ID RAM
    std::size_t addresses = 0;  ///< an address CAM for each BAR, and the RAM of the master's bases
    std::size_t interrupts = 0; ///< addresses and data of interrupt messages, translated interrupts only
};

/// The sharing engine of one pooled device, without time: tables, VF emulation, firewall, return route. The master's
/// TLPs pass with their own numbers; a slave's are rewritten to the master's and back.
class SharingEngine {
public:
    SharingEngine(const SharingEngineConfig& config, pcie::TlpFactory& factory);

    // --- data path
    /// A non-posted request may pass at any time after the result (see ReturnRoute::ready_after()); `now` for anything
    /// else.
    [[nodiscard]] SimTime ready_after(const pcie::Tlp& tlp, SimTime now) {
        return pcie::flow_class(tlp.header.kind) == pcie::FlowClass::non_posted
                   ? route_->ready_after(completion_use(tlp), tlp.root, now)
                   : now;
    }
    /// A TLP of root `tlp.root` on its way to the device, at `now`.
    [[nodiscard]] EngineOutput from_root(const pcie::Tlp& tlp, SimTime now);
    /// The same while the link to the device is down: nothing goes there (PCIe base 2.9.1).
    [[nodiscard]] EngineOutput without_link(const pcie::Tlp& tlp);
    /// A TLP from the device, wholly in the buffer at `at`.
    [[nodiscard]] EngineOutput from_device(const pcie::Tlp& tlp, SimTime at);
    /// A memory write or completion whose end is bad, as it goes on until then; nothing else comes of it. Null: it does
    /// not go on.
    [[nodiscard]] pcie::TlpPtr bad_from_root(const pcie::Tlp& tlp) const;
    [[nodiscard]] pcie::TlpPtr bad_from_device(const pcie::Tlp& tlp) const;

    // --- resets
    /// The virtual link of a slave is in reset: its functions look as after a function level reset, and what it asked
    /// for is dropped when it comes. The caller has the device reset them, by make_reset().
    void reset_root(pcie::RootId root, SimTime now);
    /// The engine's own request for a function level reset of a lent VF: goes to the device by send_own().
    [[nodiscard]] pcie::TlpPtr make_reset(pcie::VfIndex vf);
    /// See ready_after().
    [[nodiscard]] SimTime own_ready_after(SimTime now) {
        return route_->ready_after(CompletionUse::nothing, config_.master, now);
    }
    [[nodiscard]] pcie::TlpPtr send_own(const pcie::Tlp& request, SimTime now);
    /// The link to the device went down: the device is reset, and forgets all that it was asked.
    void forget_device(SimTime now);

    // --- management
    /// Functions that `root` holds, in function order.
    [[nodiscard]] const std::vector<pcie::VfIndex>& lent_to(pcie::RootId root) const {
        return lent_to_.at(root.index());
    }
    [[nodiscard]] bool is_lent(pcie::VfIndex vf) const noexcept { return ids_.at(vf).valid(); }
    [[nodiscard]] unsigned functions_per_slot() const noexcept { return config_.ari ? 256 : 8; }
    [[nodiscard]] unsigned total_vfs() const noexcept { return config_.profile.total_vfs; }
    [[nodiscard]] pcie::RootId master() const noexcept { return config_.master; }
    /// Makes `vfs` the functions 0.. of `root`'s slot. PoolManager has checked them.
    void set_lent(pcie::RootId root, std::vector<pcie::VfIndex> vfs);
    /// The secondary-bus register of `root`'s downstream bridge was written.
    void set_slave_bus(pcie::RootId root, std::uint8_t bus);
    /// Routing ID of the downstream bridge in the master's numbering: the engine's own requester ID.
    void set_engine_id(pcie::Bdf id) noexcept { engine_id_ = id; }

    // --- what it knows
    [[nodiscard]] const MasterSnoop& snoop() const noexcept { return snoop_; }
    [[nodiscard]] const IdTables& ids() const noexcept { return ids_; }
    [[nodiscard]] const BarTables& bars() const noexcept { return bars_; }
    [[nodiscard]] const EngineCounters& counters(pcie::RootId root) const { return counters_.at(root.index()); }
    [[nodiscard]] EngineTableSizes table_sizes() const noexcept;
    /// Requests for which the return route keeps a place.
    [[nodiscard]] std::size_t outstanding() const noexcept { return route_->outstanding(); }

private:
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
    };
    [[nodiscard]] const FirewallRow& judge_master(const pcie::TlpHeader& header) const;
    [[nodiscard]] SlaveLookUp look_up_slave(const pcie::Tlp& tlp) const;
    [[nodiscard]] DeviceLookUp look_up_request(const pcie::Tlp& tlp) const;
    [[nodiscard]] DeviceLookUp look_up_completion(const pcie::TlpHeader& header) const;
    [[nodiscard]] pcie::TlpHeader composed(pcie::TlpHeader header, const BarHit& hit) const;
    [[nodiscard]] EngineOutput from_master(const pcie::Tlp& tlp, SimTime now);
    [[nodiscard]] EngineOutput from_slave(const pcie::Tlp& tlp, SimTime now);
    [[nodiscard]] EngineOutput slave_configuration(const pcie::Tlp& tlp, pcie::VfIndex vf, SimTime now);
    [[nodiscard]] EngineOutput slave_memory(const pcie::Tlp& tlp, const BarHit& hit, SimTime now);
    [[nodiscard]] EngineOutput slave_write(const pcie::Tlp& tlp, pcie::TlpHeader header, const BarHit& hit);
    [[nodiscard]] EngineOutput request_from_device(const pcie::Tlp& tlp);
    [[nodiscard]] CompletionUse completion_use(const pcie::Tlp& request) const noexcept;
    [[nodiscard]] pcie::PayloadSlice table_words(const pcie::Tlp& completion, const ReturnContext& context);
    [[nodiscard]] EngineOutput completion_from_device(const pcie::Tlp& tlp, SimTime at);
    [[nodiscard]] EngineOutput finish(const pcie::Tlp& tlp, const ReturnContext& context);
    /// Which function a request is for.
    struct Addressed {
        pcie::Bdf function;              ///< as the root calls it
        std::optional<pcie::VfIndex> vf; ///< of a slave
        std::uint64_t table_read_end = 0;
    };
    /// Sends a non-posted request on under the return route's numbers.
    [[nodiscard]] EngineOutput send_request(const pcie::Tlp& tlp, pcie::TlpHeader header, pcie::PayloadSlice payload,
                                            const Addressed& addressed, SimTime now);
    [[nodiscard]] bool touches_lent(const pcie::TlpHeader& header) const noexcept;
    [[nodiscard]] EngineOutput obey(const FirewallRow& row, const pcie::Tlp& tlp, pcie::RootId root);
    /// The completion without data of a request that has to do with `root`; `refuser` completes what names no function.
    [[nodiscard]] EngineOutput answer(const pcie::Tlp& request, pcie::CompletionStatus status, pcie::RootId root,
                                      pcie::Bdf refuser);
    /// The same TLP under another header and with other data.
    [[nodiscard]] EngineOutput forward(const pcie::Tlp& tlp, const pcie::TlpHeader& header, pcie::RootId root,
                                       pcie::PayloadSlice payload);
    [[nodiscard]] pcie::PayloadSlice dword(std::uint32_t value);
    void follow_snoop();
    void follow_shadow(pcie::VfIndex vf);

    SharingEngineConfig config_;
    pcie::TlpFactory& factory_;
    MasterSnoop snoop_;
    IdTables ids_;
    BarTables bars_;
    std::unique_ptr<ReturnRoute> route_;
    std::unique_ptr<InterruptRoute> interrupts_;
    std::vector<VfConfigShadow> shadows_;
    std::vector<std::vector<pcie::VfIndex>> lent_to_;
    std::vector<std::uint8_t> slave_bus_;
    std::vector<EngineCounters> counters_;
    pcie::Bdf engine_id_;
};

} // namespace rootpool::pooling
