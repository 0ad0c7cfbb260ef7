#include "rootpool/pooling/management_registers.h"

#include <algorithm>

namespace rootpool::pooling {

ManagementRegisters::ManagementRegisters(pcie::RootId root, unsigned roots, const std::vector<pcie::RootId>& masters,
                                         PoolManager& manager, RootFences& fences)
    : root_(root), roots_(roots), masters_(masters), manager_(manager), fences_(fences) {}

std::uint32_t ManagementRegisters::read(std::uint32_t offset) const noexcept {
    using Map = ManagementRegisterMap;
    switch (offset) {
    case Map::id:
        return Map::identification;
    case Map::root: {
        const bool master = std::ranges::find(masters_, root_) != masters_.end();
        return root_.value() | (roots_ & 0xFFU) << 8U | static_cast<std::uint32_t>(masters_.size() & 0xFFU) << 16U |
               (master ? 1U << 31U : 0U);
    }
    case Map::device:
        return device_;
    case Map::vf_range:
        return vf_range_;
    case Map::target:
        return target_;
    case Map::result:
        return result_;
    case Map::fenced:
        return target_ < roots_ && fences_.fenced(pcie::RootId(static_cast<std::uint8_t>(target_))) ? 1 : 0;
    default:
        return 0;
    }
}

void ManagementRegisters::write(std::uint32_t offset, std::uint32_t value, std::uint8_t byte_enables) {
    using Map = ManagementRegisterMap;
    if (byte_enables != 0xF) {
        return; // registers are written as a whole; a partial write has no effect
    }
    switch (offset) {
    case Map::device:
        device_ = value;
        break;
    case Map::vf_range:
        vf_range_ = value;
        break;
    case Map::target:
        target_ = value;
        break;
    case Map::command:
        result_ = execute(value);
        break;
    default:
        break;
    }
}

std::uint32_t ManagementRegisters::execute(std::uint32_t command) {
    using Map = ManagementRegisterMap;
    if (device_ >= masters_.size()) {
        return static_cast<std::uint32_t>(AssignResult::no_such_device);
    }
    if (masters_[device_] != root_) {
        return Map::not_master;
    }
    if (target_ >= roots_) {
        return static_cast<std::uint32_t>(AssignResult::no_such_root);
    }
    const DeviceIndex device(static_cast<std::uint8_t>(device_));
    const pcie::RootId target(static_cast<std::uint8_t>(target_));
    const VfRange vfs{pcie::VfIndex(static_cast<std::uint16_t>(vf_range_)),
                      pcie::VfIndex(static_cast<std::uint16_t>(vf_range_ >> 16U))};
    switch (command) {
    case Map::command_assign:
        return static_cast<std::uint32_t>(manager_.assign(device, vfs, target));
    case Map::command_take_back:
        return static_cast<std::uint32_t>(manager_.unassign(device, vfs, target));
    case Map::command_unfence:
        fences_.unfence(target);
        return static_cast<std::uint32_t>(AssignResult::ok);
    default:
        return Map::unknown_command;
    }
}

} // namespace rootpool::pooling
