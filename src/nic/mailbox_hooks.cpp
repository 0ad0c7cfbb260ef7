#include "nic/device_hooks.h"

// Mailbox and VF reset events (datasheet section 7.10.2.9).
namespace rootpool::nic {

void MailboxHooks::install(RegisterFunctionTable& table) noexcept {
    using Access = RegisterAccess;
    table[slot(RegisterHook::pfmailbox)] = {
        [](Device& device, const Access& access) { return device.mailbox_.read_pf(access.index); },
        [](Device& device, const Access& access, std::uint32_t value) {
            if (device.mailbox_.write_pf(access.index, value)) {
                device.raise_vector(function_of(pcie::VfIndex(static_cast<std::uint16_t>(access.index))),
                                    device.registers_[reg::PVTIVAR_MISC(access.index)] & 0xFFU);
            }
        }};
    table[slot(RegisterHook::pvfmailbox)] = {
        [](Device& device, const Access& access) { return device.mailbox_.read_vf(access.index); },
        [](Device& device, const Access& access, std::uint32_t value) {
            const bool unmasked = (device.registers_[reg::PFMBIMR(access.index / 32)] >> access.index % 32 & 1U) != 0;
            if (device.mailbox_.write_vf(access.index, value) && unmasked) {
                device.raise_other(EICR_MAILBOX);
            }
        }};
    table[slot(RegisterHook::pfmbmem)] = {
        [](Device& device, const Access& access) {
            return device.mailbox_.word(access.index / mailbox_words, access.index % mailbox_words);
        },
        [](Device& device, const Access& access, std::uint32_t value) {
            device.mailbox_.set_word(access.index / mailbox_words, access.index % mailbox_words, value);
        }};
    table[slot(RegisterHook::pfmbicr)] = {
        [](Device& device, const Access& access) { return device.mailbox_.causes(access.index); },
        [](Device& device, const Access& access, std::uint32_t value) {
            device.mailbox_.clear_causes(access.index, value);
        }};
    table[slot(RegisterHook::vflre)] = {
        [](Device& device, const Access& access) { return device.mailbox_.reset_events(access.index); },
        ignores_writes};
    table[slot(RegisterHook::vflrec)] = {reads_zero, [](Device& device, const Access& access, std::uint32_t value) {
                                             device.mailbox_.clear_reset_events(access.index, value);
                                         }};
    table[slot(RegisterHook::pvfctrl)] = {reads_zero, [](Device& device, const Access& access, std::uint32_t value) {
                                              if ((value & VFCTRL_RST) != 0) {
                                                  device.reset_vf_registers(access.index);
                                                  device.note_vf_reset(access.index);
                                              }
                                          }};
}

} // namespace rootpool::nic
