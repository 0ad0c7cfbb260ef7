#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "rootpool/pooling/bar_tables.h"
#include "rootpool/pooling/id_tables.h"
#include "rootpool/pooling/interrupt_route.h"
#include "rootpool/pooling/master_snoop.h"
#include "rootpool/pooling/vf_config_shadow.h"

namespace rootpool::pooling {

/// Memory that an engine needs, in bytes. It depends on the device's number of VFs only, never on the number of roots.
struct EngineTableSizes {
    std::size_t ids = 0;        ///< ID CAM and ID RAM
    std::size_t addresses = 0;  ///< an address CAM for each BAR, and the RAM of the master's bases
    std::size_t interrupts = 0; ///< addresses and data of interrupt messages, translated interrupts only
};

/// The functions of one device: what the engine has learnt of them from the master, who holds which, and the
/// configuration space, addresses and interrupts that those who hold them gave them. Keeps the tables in step.
class LentFunctions {
public:
    /// Throws std::invalid_argument as make_interrupt_route() does.
    LentFunctions(const DeviceProfile& profile, unsigned roots, bool ari, std::string_view interrupts);
    LentFunctions(const LentFunctions&) = delete;
    LentFunctions& operator=(const LentFunctions&) = delete;

    // --- who holds what
    /// Functions that `root` holds, in function order.
    [[nodiscard]] const std::vector<pcie::VfIndex>& of(pcie::RootId root) const { return lent_to_.at(root.index()); }
    [[nodiscard]] bool is_lent(pcie::VfIndex vf) const noexcept { return ids_.at(vf).valid(); }
    /// Makes `vfs` the functions 0.. of `root`'s slot.
    void lend(pcie::RootId root, std::vector<pcie::VfIndex> vfs);
    /// The bus of the slot.
    void set_slave_bus(pcie::RootId root, std::uint8_t bus);
    [[nodiscard]] std::uint8_t slave_bus(pcie::RootId root) const noexcept { return slave_bus_[root.index()]; }

    // --- configuration requests that pass
    /// A configuration write of the master.
    void watch_write(pcie::Bdf target, std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables);
    /// A configuration read of the master has completed.
    void watch_read(pcie::Bdf target, std::uint16_t offset, std::uint32_t value);
    /// A slave's configuration write to its VF.
    ShadowWrite write(pcie::VfIndex vf, std::uint16_t offset, std::uint32_t value, std::uint8_t byte_enables);
    /// What a slave reads there whatever the device says.
    [[nodiscard]] Overlay overlay(pcie::VfIndex vf, std::uint16_t offset) const noexcept {
        return shadows_[vf.index()].overlay(offset);
    }

    // --- resets
    /// The functions of the root look as after a function level reset.
    void reset(pcie::RootId root);
    /// The device was reset as a whole.
    void reset_device();

    // --- what is known
    [[nodiscard]] const DeviceProfile& profile() const noexcept { return profile_; }
    [[nodiscard]] const MasterSnoop& snoop() const noexcept { return snoop_; }
    [[nodiscard]] const IdTables& ids() const noexcept { return ids_; }
    [[nodiscard]] const BarTables& bars() const noexcept { return bars_; }
    [[nodiscard]] InterruptRoute& interrupts() noexcept { return *interrupts_; }
    [[nodiscard]] const InterruptRoute& interrupts() const noexcept { return *interrupts_; }
    [[nodiscard]] EngineTableSizes table_sizes() const noexcept;

private:
    void follow_snoop();
    void follow_shadow(pcie::VfIndex vf);

    DeviceProfile profile_;
    MasterSnoop snoop_;
    IdTables ids_;
    BarTables bars_;
    std::unique_ptr<InterruptRoute> interrupts_;
    std::vector<VfConfigShadow> shadows_;
    std::vector<std::vector<pcie::VfIndex>> lent_to_;
    std::vector<std::uint8_t> slave_bus_;
};

} // namespace rootpool::pooling
