#include "rootpool/host/ixgbe_pf_mailbox.h"

#include "rootpool/nic/registers.h"

namespace rootpool::host {

bool IxgbePfMailbox::take_cause(std::uint32_t offset, std::uint32_t bit) {
    if ((registers_.read(offset) & bit) == 0) {
        return false;
    }
    registers_.write(offset, bit); // write 1 to clear
    return true;
}

bool IxgbePfMailbox::message_from(unsigned vf) {
    return take_cause(nic::reg::PFMBICR(vf / nic::PFMBICR_VFS), 1U << (vf % nic::PFMBICR_VFS));
}

bool IxgbePfMailbox::acknowledged_by(unsigned vf) {
    return take_cause(nic::reg::PFMBICR(vf / nic::PFMBICR_VFS), 1U << (vf % nic::PFMBICR_VFS + nic::PFMBICR_VFS));
}

bool IxgbePfMailbox::reset_of(unsigned vf) {
    const std::uint32_t bit = 1U << (vf % 32);
    if ((registers_.read(nic::reg::VFLRE(vf / 32)) & bit) == 0) {
        return false;
    }
    registers_.write(nic::reg::VFLREC(vf / 32), bit); // VFLRE is read-only: it clears through VFLREC
    return true;
}

bool IxgbePfMailbox::obtain_lock(unsigned vf) {
    registers_.write(nic::reg::PFMAILBOX(vf), nic::PFMAILBOX_PFU);
    return (registers_.read(nic::reg::PFMAILBOX(vf)) & nic::PFMAILBOX_PFU) != 0;
}

bool IxgbePfMailbox::read(unsigned vf, std::span<std::uint32_t> into) {
    if (!obtain_lock(vf)) {
        return false;
    }
    for (unsigned i = 0; i < into.size() && i < words; ++i) {
        into[i] = registers_.read(nic::reg::PFMBMEM(vf, i));
    }
    registers_.write(nic::reg::PFMAILBOX(vf), nic::PFMAILBOX_ACK);
    return true;
}

void IxgbePfMailbox::clear(unsigned vf) {
    for (unsigned i = 0; i < words; ++i) {
        registers_.write(nic::reg::PFMBMEM(vf, i), 0);
    }
}

bool IxgbePfMailbox::write(unsigned vf, std::span<const std::uint32_t> from) {
    if (!obtain_lock(vf)) {
        return false;
    }
    // A message that came in between would be overwritten: its causes are dropped with it (ixgbe_write_mbx_pf).
    (void)message_from(vf);
    (void)acknowledged_by(vf);
    for (unsigned i = 0; i < from.size() && i < words; ++i) {
        registers_.write(nic::reg::PFMBMEM(vf, i), from[i]);
    }
    registers_.write(nic::reg::PFMAILBOX(vf), nic::PFMAILBOX_STS);
    return true;
}

} // namespace rootpool::host
