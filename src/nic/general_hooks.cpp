#include "nic/device_hooks.h"

// CTRL, STATUS, statistics, filters and what else belongs to no queue, interrupt or mailbox.
namespace rootpool::nic {

namespace {

constexpr std::uint32_t links_when_up = 0xFC47'FF83U;   ///< 10 Gb/s, datasheet 8.2.3.22.19
constexpr std::uint32_t links_when_down = 0x3C47'FF03U; ///< the same without UP and "link up since last read"

/// Seconds 31:20, milliseconds 19:10, microseconds 9:0.
[[nodiscard]] std::uint32_t free_running_timer(SimTime now) noexcept {
    const auto us = static_cast<std::uint64_t>(now / 1us);
    return static_cast<std::uint32_t>((us / 1'000'000 & 0xFFFU) << 20U | us / 1'000 % 1'000 << 10U | us % 1'000);
}

} // namespace

void GeneralHooks::install(RegisterFunctionTable& table) noexcept {
    using Access = RegisterAccess;
    table[slot(RegisterHook::clear_on_read)] = {[](Device& device, const Access& access) {
                                                    const std::uint32_t value = device.registers_[access.offset];
                                                    device.registers_.set(access.offset, 0);
                                                    return value;
                                                },
                                                ignores_writes};
    table[slot(RegisterHook::ctrl)] = {[](Device& device, const Access&) { return device.registers_[reg::CTRL]; },
                                       [](Device& device, const Access&, std::uint32_t value) {
                                           if ((value & (CTRL_RST | CTRL_LRST)) != 0) {
                                               device.software_reset(); // both bits clear themselves
                                           } else {
                                               device.registers_.set(reg::CTRL, value & CTRL_MASTER_DISABLE);
                                           }
                                       }};
    table[slot(RegisterHook::status)] = {
        [](Device& device, const Access&) {
            const unsigned vfs = device.functions_.active_vfs();
            return (device.link_up_ ? STATUS_LINK_UP : 0U) | vfs << STATUS_NUM_VFS_SHIFT |
                   (vfs != 0 ? STATUS_IOV_ACTIVE : 0U) |
                   ((device.registers_[reg::CTRL] & CTRL_MASTER_DISABLE) == 0 ? STATUS_MASTER_ENABLE : 0U);
        },
        ignores_writes};
    table[slot(RegisterHook::ctrl_ext)] = {nullptr, [](Device& device, const Access& access, std::uint32_t value) {
                                               device.registers_.set(access.offset, value & ~CTRL_EXT_PFRSTD);
                                               if ((value & CTRL_EXT_PFRSTD) != 0) { // clears itself
                                                   device.mailbox_.reset_done();
                                               }
                                           }};
    table[slot(RegisterHook::timer)] = {[](Device&, const Access& access) { return free_running_timer(access.now); },
                                        ignores_writes};
    table[slot(RegisterHook::links)] = {
        [](Device& device, const Access&) { return device.link_up_ ? links_when_up : links_when_down; },
        ignores_writes};
    table[slot(RegisterHook::filter)] = {nullptr, [](Device& device, const Access& access, std::uint32_t value) {
                                             device.registers_.set(access.offset, value);
                                             device.filters_changed_ = true;
                                         }};
    table[slot(RegisterHook::pools)] = {nullptr, [](Device& device, const Access& access, std::uint32_t value) {
                                            device.registers_.store(*device.registers_.find(access.offset),
                                                                    access.offset, value);
                                            device.update_pools();
                                        }};
}

} // namespace rootpool::nic
