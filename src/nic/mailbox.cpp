#include "rootpool/nic/mailbox.h"

namespace rootpool::nic {

std::uint32_t Mailbox::read_vf(unsigned vf) noexcept {
    Box& box = boxes_[vf];
    const std::uint32_t value = box.vf_events | (box.vf_owns ? VFMAILBOX_VFU : 0U) | (box.pf_owns ? VFMAILBOX_PFU : 0U);
    box.vf_events &= ~VFMAILBOX_READ_TO_CLEAR;
    return value;
}

bool Mailbox::write_vf(unsigned vf, std::uint32_t value) noexcept {
    Box& box = boxes_[vf];
    const bool request = (value & VFMAILBOX_REQ) != 0;
    const bool acknowledge = (value & VFMAILBOX_ACK) != 0;
    box.vf_owns = (value & VFMAILBOX_VFU) != 0 && !box.pf_owns && !request && !acknowledge;
    const unsigned bit = vf % PFMBICR_VFS;
    causes_[vf / PFMBICR_VFS] |= (request ? 1U << bit : 0U) | (acknowledge ? 1U << (bit + PFMBICR_VFS) : 0U);
    return request || acknowledge;
}

std::uint32_t Mailbox::read_pf(unsigned vf) const noexcept {
    const Box& box = boxes_[vf];
    return (box.vf_owns ? PFMAILBOX_VFU : 0U) | (box.pf_owns ? PFMAILBOX_PFU : 0U);
}

bool Mailbox::write_pf(unsigned vf, std::uint32_t value) noexcept {
    Box& box = boxes_[vf];
    if ((value & PFMAILBOX_RVFU) != 0) {
        box.vf_owns = false;
    }
    const bool status = (value & PFMAILBOX_STS) != 0;
    const bool acknowledge = (value & PFMAILBOX_ACK) != 0;
    box.pf_owns = (value & PFMAILBOX_PFU) != 0 && !box.vf_owns && !status && !acknowledge;
    box.vf_events |= (status ? VFMAILBOX_PFSTS : 0U) | (acknowledge ? VFMAILBOX_PFACK : 0U);
    return status || acknowledge;
}

void Mailbox::note_vf_reset(unsigned vf) noexcept {
    reset_events_[vf / 32] |= 1U << vf % 32;
    boxes_[vf].vf_owns = false;
    boxes_[vf].vf_events &= VFMAILBOX_RSTI;
}

void Mailbox::reset() noexcept {
    for (Box& box : boxes_) {
        box = Box{};
    }
    causes_ = {};
    reset_events_ = {};
}

void Mailbox::reset_done() noexcept {
    for (Box& box : boxes_) {
        box.vf_events = (box.vf_events & ~VFMAILBOX_RSTI) | VFMAILBOX_RSTD;
    }
}

} // namespace rootpool::nic
