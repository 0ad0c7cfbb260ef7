#include "rootpool/pooling/pool_manager.h"

#include <algorithm>
#include <array>

#include "rootpool/pooling/sharing_engine.h"
#include "rootpool/pooling/virtual_switch.h"

namespace rootpool::pooling {
namespace {

constexpr std::array<std::string_view, 9> result_names = {
    "ok",           "no_such_device",     "no_such_root", "root_is_master", "no_path", "vf_out_of_range",
    "already_lent", "too_many_functions", "not_lent",
};

unsigned size_of(VfRange vfs) noexcept { return vfs.last.value() - vfs.first.value() + 1U; }

} // namespace

std::string_view to_string(AssignResult result) noexcept { return result_names[static_cast<std::size_t>(result)]; }

PoolManager::PoolManager(const PortSwitchingTable& ports, std::vector<SharingEngine*> engines,
                         std::vector<VirtualSwitch*> switches)
    : ports_(ports), engines_(std::move(engines)), switches_(std::move(switches)) {}

AssignResult PoolManager::check(DeviceIndex device, VfRange vfs, pcie::RootId root) const {
    if (device.index() >= engines_.size()) {
        return AssignResult::no_such_device;
    }
    if (root.index() >= switches_.size()) {
        return AssignResult::no_such_root;
    }
    const SharingEngine& engine = *engines_[device.index()];
    if (root == engine.master()) {
        return AssignResult::root_is_master;
    }
    if (!ports_.path(root, device)) {
        return AssignResult::no_path;
    }
    const bool in_range = vfs.first <= vfs.last && vfs.last.value() < engine.total_vfs();
    return in_range ? AssignResult::ok : AssignResult::vf_out_of_range;
}

AssignResult PoolManager::assign(DeviceIndex device, VfRange vfs, pcie::RootId root) {
    if (const AssignResult result = check(device, vfs, root); result != AssignResult::ok) {
        return result;
    }
    SharingEngine& engine = *engines_[device.index()];
    std::vector<pcie::VfIndex> lent = engine.lent_to(root);
    if (lent.size() + size_of(vfs) > engine.functions_per_slot()) {
        return AssignResult::too_many_functions;
    }
    for (std::uint16_t vf = vfs.first.value(); vf <= vfs.last.value(); ++vf) {
        if (engine.is_lent(pcie::VfIndex(vf))) {
            return AssignResult::already_lent;
        }
        lent.emplace_back(vf);
    }
    engine.set_lent(root, std::move(lent));
    update_presence(device, root);
    return AssignResult::ok;
}

AssignResult PoolManager::unassign(DeviceIndex device, VfRange vfs, pcie::RootId root) {
    if (const AssignResult result = check(device, vfs, root); result != AssignResult::ok) {
        return result;
    }
    SharingEngine& engine = *engines_[device.index()];
    std::vector<pcie::VfIndex> lent = engine.lent_to(root);
    const auto taken = std::erase_if(lent, [&](pcie::VfIndex vf) { return vfs.first <= vf && vf <= vfs.last; });
    if (taken != size_of(vfs)) {
        return AssignResult::not_lent;
    }
    engine.set_lent(root, std::move(lent));
    update_presence(device, root);
    return AssignResult::ok;
}

void PoolManager::update_presence(DeviceIndex device, pcie::RootId root) {
    switches_[root.index()]->set_presence(device, !engines_[device.index()]->lent_to(root).empty());
}

} // namespace rootpool::pooling
