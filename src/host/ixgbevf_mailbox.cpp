#include "rootpool/host/ixgbevf_mailbox.h"

#include "rootpool/nic/registers.h"

namespace rootpool::host {
namespace {
constexpr SimTime poll_interval = 500us; // ixgbevf mbx.h IXGBE_VF_MBX_INIT_DELAY
} // namespace

std::uint32_t IxgbevfMailbox::status() {
    const std::uint32_t value = registers_.read(nic::vf_reg::VFMAILBOX) | latched_;
    latched_ |= value & nic::VFMAILBOX_READ_TO_CLEAR;
    return value;
}

bool IxgbevfMailbox::take_latched(std::uint32_t bits) {
    const bool seen = (status() & bits) != 0;
    latched_ &= ~bits;
    return seen;
}

bool IxgbevfMailbox::message_waiting() { return take_latched(nic::VFMAILBOX_PFSTS); }
bool IxgbevfMailbox::acknowledged() { return take_latched(nic::VFMAILBOX_PFACK); }
bool IxgbevfMailbox::reset_seen() { return take_latched(nic::VFMAILBOX_RSTI | nic::VFMAILBOX_RSTD); }

bool IxgbevfMailbox::obtain_lock() {
    registers_.write(nic::vf_reg::VFMAILBOX, nic::VFMAILBOX_VFU);
    return (status() & nic::VFMAILBOX_VFU) != 0; // reads back 0 while the PF holds the buffer
}

bool IxgbevfMailbox::write(std::span<const std::uint32_t> words) {
    if (words.size() > nic::mailbox_words || !obtain_lock()) {
        return false;
    }
    latched_ &= ~(nic::VFMAILBOX_PFSTS | nic::VFMAILBOX_PFACK); // stale causes of an earlier exchange
    for (unsigned i = 0; i < words.size(); ++i) {
        registers_.write(nic::vf_reg::VFMBMEM(i), words[i]);
    }
    registers_.write(nic::vf_reg::VFMAILBOX, nic::VFMAILBOX_REQ); // drops VFU
    return true;
}

bool IxgbevfMailbox::read(std::span<std::uint32_t> words) {
    if (words.size() > nic::mailbox_words || !obtain_lock()) {
        return false;
    }
    for (unsigned i = 0; i < words.size(); ++i) {
        words[i] = registers_.read(nic::vf_reg::VFMBMEM(i));
    }
    registers_.write(nic::vf_reg::VFMAILBOX, nic::VFMAILBOX_ACK);
    return true;
}

template <typename Condition>
bool IxgbevfMailbox::wait_for(Condition condition) {
    for (unsigned i = 0; i < timeout_polls_; ++i) {
        if (condition()) {
            return true;
        }
        sleeper_.sleep(poll_interval);
    }
    timeout_polls_ = 0; // as ixgbevf_poll_for_msg: later posted calls fail at once until the next reset
    return false;
}

bool IxgbevfMailbox::write_posted(std::span<const std::uint32_t> words) {
    return timeout_polls_ != 0 && write(words) && wait_for([this] { return acknowledged(); });
}

bool IxgbevfMailbox::read_posted(std::span<std::uint32_t> words) {
    return wait_for([this] { return message_waiting(); }) && read(words);
}

std::uint32_t IxgbevfMailbox::peek() { return registers_.read(nic::vf_reg::VFMBMEM(0)); }

} // namespace rootpool::host
