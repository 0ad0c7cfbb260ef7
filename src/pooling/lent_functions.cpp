#include "rootpool/pooling/lent_functions.h"

#include <algorithm>

namespace rootpool::pooling {

LentFunctions::LentFunctions(const DeviceProfile& profile, unsigned roots, bool ari, std::string_view interrupts)
    : profile_(profile), snoop_(profile), ids_(profile.total_vfs), bars_(profile.total_vfs),
      interrupts_(make_interrupt_route(interrupts, profile)),
      shadows_(profile.total_vfs, VfConfigShadow(profile_, snoop_, ari)), lent_to_(roots), slave_bus_(roots) {}

void LentFunctions::lend(pcie::RootId root, std::vector<pcie::VfIndex> vfs) {
    std::vector<pcie::VfIndex>& lent = lent_to_.at(root.index());
    for (const pcie::VfIndex vf : lent) {
        ids_.take_back(vf);
        if (std::ranges::find(vfs, vf) == vfs.end()) {
            bars_.clear(vf);
            shadows_[vf.index()].reset();
            interrupts_->clear(vf);
        }
    }
    for (std::size_t function = 0; function < vfs.size(); ++function) {
        const auto devfn = static_cast<std::uint8_t>(function);
        ids_.lend(vfs[function], {root, pcie::Bdf::from_bus_devfn(slave_bus_[root.index()], devfn)});
        const bool last = function + 1 == vfs.size();
        shadows_[vfs[function].index()].place({devfn, static_cast<std::uint8_t>(last ? 0 : function + 1)});
    }
    lent = std::move(vfs);
}

void LentFunctions::set_slave_bus(pcie::RootId root, std::uint8_t bus) {
    if (slave_bus_.at(root.index()) != bus) {
        slave_bus_[root.index()] = bus;
        ids_.set_bus(root, bus);
    }
}

void LentFunctions::watch_write(pcie::Bdf target, std::uint16_t offset, std::uint32_t value,
                                std::uint8_t byte_enables) {
    if (snoop_.on_write(target, offset, value, byte_enables)) {
        follow_snoop();
    }
}

void LentFunctions::watch_read(pcie::Bdf target, std::uint16_t offset, std::uint32_t value) {
    if (snoop_.on_read(target, offset, value)) {
        follow_snoop();
    }
}

ShadowWrite LentFunctions::write(pcie::VfIndex vf, std::uint16_t offset, std::uint32_t value,
                                 std::uint8_t byte_enables) {
    const ShadowWrite write = shadows_[vf.index()].write(offset, value, byte_enables);
    if (write.address_decode_changed) {
        follow_shadow(vf);
    }
    if (write.function_reset) {
        interrupts_->clear(vf);
    }
    return write;
}

void LentFunctions::reset(pcie::RootId root) {
    for (const pcie::VfIndex vf : of(root)) {
        shadows_[vf.index()].reset();
        follow_shadow(vf);
        interrupts_->clear(vf);
    }
}

void LentFunctions::reset_device() {
    snoop_.reset();
    follow_snoop();
}

EngineTableSizes LentFunctions::table_sizes() const noexcept {
    constexpr std::size_t entry_bytes = 8;
    const std::size_t table = entry_bytes * profile_.total_vfs;
    return {2 * table, 2 * bar_count * table, interrupts_->table_bytes()};
}

/// The PF's VF BARs, VF Enable or VF MSE changed: the address CAMs answer only while the VFs do.
void LentFunctions::follow_snoop() {
    const bool decoding = snoop_.vf_enable() && snoop_.vf_memory_enable();
    for (std::uint8_t bar = 0; bar < bar_count; ++bar) {
        bars_.set_master(bar, snoop_.vf_bar(bar).base, decoding ? snoop_.vf_bar(bar).bytes : 0);
    }
    for (const auto& lent : lent_to_) {
        for (const pcie::VfIndex vf : lent) {
            follow_shadow(vf);
            if (!snoop_.vf_enable()) {
                interrupts_->clear(vf); // the VFs are gone; those that come are reset (SR-IOV 3.3.3.1)
            }
        }
    }
}

/// A slave's BAR or memory enable changed.
void LentFunctions::follow_shadow(pcie::VfIndex vf) {
    const VfConfigShadow& shadow = shadows_[vf.index()];
    const pcie::RootId root = ids_.at(vf).owner().root;
    for (std::uint8_t bar = 0; bar < bar_count; ++bar) {
        const bool implemented = snoop_.vf_bar(bar).bytes != 0;
        bars_.set_slave(bar, vf, root, implemented ? shadow.bar_base(bar) : 0, implemented && shadow.memory_enable());
    }
}

} // namespace rootpool::pooling
