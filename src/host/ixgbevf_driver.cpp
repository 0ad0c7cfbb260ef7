#include "rootpool/host/ixgbevf_driver.h"

#include <algorithm>
#include <utility>

#include "host/ixgbe_mac_address.h"
#include "host/ixgbe_mailbox_messages.h"
#include "host/pci_log.h"
#include "rootpool/nic/registers.h"

namespace rootpool::host {
namespace {

namespace vf_reg = nic::vf_reg;
using mailbox::Api;
using mailbox::Xcast;

constexpr unsigned queue_vector = 0;
constexpr unsigned other_vector = 1;
constexpr std::uint32_t queue_mask = 1U << queue_vector;
constexpr std::uint32_t other_mask = 1U << other_vector;
constexpr std::uint32_t all_vectors = 7;
constexpr std::uint32_t gone = ~0U;

constexpr unsigned reset_polls = 200; // IXGBE_VF_INIT_TIMEOUT, 5 us apart
constexpr unsigned mailbox_polls = 2000;
constexpr SimTime permanent_address_delay = 10ms;
constexpr unsigned link_checks = 5; // 82599 with SFP: the link must stay up
constexpr SimTime link_check_delay = 100us;
/// Types that go to the header part of a split (PSRTYPE TCP, UDP, IPv4, IPv6, L2); one queue: RQPL 0.
constexpr std::uint32_t packet_split_types = 1U << 4U | 1U << 5U | 1U << 8U | 1U << 9U | 1U << 12U;

const char* speed_text(std::uint32_t links) noexcept {
    static constexpr std::array<const char*, 4> names{"unknown speed", "100 Mbps", "1 Gbps", "10 Gbps"};
    return names[links >> 28U & 3U];
}

constexpr IxgbeQueueLayout queue_layout{.rx_base = vf_reg::RX_QUEUE(0),
                                        .tx_base = vf_reg::TX_QUEUE(0),
                                        .eitr = vf_reg::VTEITR(queue_vector),
                                        .unmask = vf_reg::VTEIMS,
                                        .unmask_bit = queue_mask};

} // namespace

IxgbevfDriver::IxgbevfDriver(const IxgbeEnvironment& environment, PciDevice& device, const IxgbeSettings& settings,
                             std::string interface_name)
    : environment_(environment), device_(device), settings_(settings), name_(std::move(interface_name)) {}

IxgbevfDriver::~IxgbevfDriver() = default;

void IxgbevfDriver::log(std::string_view text) { pci_log(environment_.pci.log(), device_, "{}", text); }

// --- probe

bool IxgbevfDriver::map_registers() {
    if (!device_.bars[0].assigned || device_.bars[0].size < nic::vf_register_space_bytes) {
        log("BAR 0 is missing or too small");
        return false;
    }
    registers_.emplace(environment_.mmio, device_.bars[0].address);
    mailbox_.emplace(*registers_, environment_.pci.sleeper());
    return true;
}

bool IxgbevfDriver::probe() {
    device_.driver = "ixgbevf";
    if (!environment_.pci.enable_device(device_) || !map_registers()) {
        device_.driver.clear();
        return false;
    }
    const ResetResult result = reset_and_negotiate();
    if (result == ResetResult::failed) {
        log("PF still in reset state.  Is the PF interface up?");
    } else if (result == ResetResult::no_address) {
        log("MAC address not assigned by administrator.");
    }
    if (!is_valid_unicast(mac_)) {
        log("Assigning random MAC address");
        mac_ = random_mac(settings_.mac_seed);
    }
    log(to_string(mac_));
    log("MAC: 1");
    log("Intel(R) 82599 Virtual Function");
    return true;
}

/// ixgbevf_stop_hw_vf: nothing of an earlier owner may run on while the function is set up.
void IxgbevfDriver::stop_hardware() {
    registers_->modify(vf_reg::RX_QUEUE(0) + nic::queue::RXDCTL, nic::RXDCTL_ENABLE, 0);
    registers_->write(vf_reg::VTEIMC, all_vectors);
    (void)registers_->read(vf_reg::VTEICR); // clears causes
    registers_->write(vf_reg::TX_QUEUE(0) + nic::queue::TXDCTL, 0);
}

/// While the PF is in reset (RSTI stands) nobody would answer. RSTD delays by one poll only: reading clears it.
bool IxgbevfDriver::pf_is_ready() {
    for (unsigned i = 0; i < reset_polls; ++i) {
        if (!mailbox_->reset_seen()) {
            return true;
        }
        environment_.pci.sleeper().sleep(5us);
    }
    return false;
}

/// ixgbevf_reset_hw_vf
IxgbevfDriver::ResetResult IxgbevfDriver::reset_hardware() {
    stop_hardware();
    api_ = static_cast<unsigned>(Api::v1_0);
    mailbox_->set_timeout(0);
    registers_->write(vf_reg::VFCTRL, nic::VFCTRL_RST);
    (void)registers_->read(vf_reg::VFSTATUS); // pushes the write
    if (!pf_is_ready()) {
        return ResetResult::failed;
    }
    mailbox_->set_timeout(mailbox_polls);
    const std::array<std::uint32_t, 1> request{mailbox::reset};
    if (!mailbox_->write_posted(request)) {
        return ResetResult::failed;
    }
    environment_.pci.sleeper().sleep(permanent_address_delay); // the PF needs it to find the address
    std::array<std::uint32_t, 4> reply{};
    if (!mailbox_->read_posted(reply)) {
        return ResetResult::failed;
    }
    if (reply[0] == (mailbox::reset | mailbox::nack)) {
        return ResetResult::no_address;
    }
    if (reply[0] != (mailbox::reset | mailbox::ack)) {
        return ResetResult::failed;
    }
    if (const MacAddress assigned = mailbox::mac_of(reply[1], reply[2]); is_valid_unicast(assigned)) {
        mac_ = assigned;
        return ResetResult::done;
    }
    return ResetResult::no_address;
}

IxgbevfDriver::ResetResult IxgbevfDriver::reset_and_negotiate() {
    const ResetResult result = reset_hardware();
    needs_reset_ = result == ResetResult::failed;
    if (!needs_reset_) {
        negotiate_api();
        read_queues();
    }
    return result;
}

void IxgbevfDriver::negotiate_api() {
    for (const Api version : {Api::v1_3, Api::v1_2, Api::v1_1, Api::v1_0}) {
        std::array<std::uint32_t, 3> words{mailbox::api_negotiate, static_cast<std::uint32_t>(version), 0};
        if (exchange(words)) {
            api_ = static_cast<unsigned>(version);
            return;
        }
    }
}

/// The answer is not needed: this driver uses one queue pair. It is asked for because the PF's count is part of the
/// protocol's order.
void IxgbevfDriver::read_queues() {
    if (api_ < static_cast<unsigned>(Api::v1_1)) {
        return;
    }
    std::array<std::uint32_t, 5> words{mailbox::get_queues};
    if (exchange(words)) {
        log(fmt::format("Multiqueue Disabled: Rx Queue count = {}, Tx Queue count = {} XDP Queue count 0", 1, 1));
    }
}

/// One request and its answer; the answer is in `words`, its flags are taken off. True when the PF acknowledged it.
bool IxgbevfDriver::exchange(std::span<std::uint32_t> words) {
    const std::uint32_t type = words[0];
    if (!mailbox_->write_posted(words) || !mailbox_->read_posted(words)) {
        return false;
    }
    words[0] &= ~mailbox::clear_to_send;
    return words[0] == (type | mailbox::ack);
}

bool IxgbevfDriver::set_mac(const MacAddress& mac) {
    if (!registers_ || !is_valid_unicast(mac)) {
        return false;
    }
    const auto address = mailbox::words_of(mac);
    std::array<std::uint32_t, 3> words{mailbox::set_mac_address, address[0], address[1]};
    if (!exchange(words)) {
        return false;
    }
    mac_ = mac;
    return true;
}

bool IxgbevfDriver::set_max_frame() {
    std::array<std::uint32_t, 2> words{mailbox::set_max_frame, settings_.max_frame};
    return exchange(words);
}

/// ixgbevf_set_rx_mode: broadcast and multicast; an empty multicast list. A refusal is not an error.
void IxgbevfDriver::set_receive_mode() {
    if (api_ >= static_cast<unsigned>(Api::v1_2)) {
        std::array<std::uint32_t, 2> mode{mailbox::update_xcast_mode, static_cast<std::uint32_t>(Xcast::multi)};
        (void)exchange(mode);
    }
    std::array<std::uint32_t, 1> list{mailbox::set_multicast};
    (void)exchange(list);
}

// --- open and close

bool IxgbevfDriver::setup_vectors(const IxgbeHandlers& handlers) {
    if (vectors_ready_) {
        return true;
    }
    msix_.emplace(environment_.pci, environment_.mmio, device_);
    if (!msix_->usable() || msix_->size() <= other_vector) {
        log("Unable to allocate MSI-X interrupts");
        return false;
    }
    messages_[queue_vector] = environment_.interrupts.allocate(handlers.queue, name_ + "-TxRx-0");
    messages_[other_vector] = environment_.interrupts.allocate(handlers.other, name_);
    vectors_ready_ = true;
    return true;
}

/// The table in BAR3 and which cause raises which entry. A function level reset has cleared both, so every open writes
/// them.
void IxgbevfDriver::configure_vectors() {
    msix_->enable_masked();
    for (unsigned vector = 0; vector < messages_.size(); ++vector) {
        (void)msix_->program(vector, messages_[vector]);
    }
    msix_->unmask_all();
    constexpr std::uint32_t queue_entry = queue_vector | nic::IVAR_VALID;
    registers_->write(vf_reg::VTIVAR(0), queue_entry | queue_entry << 8U); // Rx, Tx of ring 0
    registers_->write(vf_reg::VTIVAR_MISC, other_vector | nic::IVAR_VALID);
}

bool IxgbevfDriver::start_hardware() {
    configure_vectors();
    const MacAddress wanted = mac_;
    if (!set_mac(wanted) || !set_max_frame()) {
        log(fmt::format("Failed to set MAC or MTU at {}", settings_.max_frame));
        return false;
    }
    set_receive_mode();
    registers_->write(vf_reg::VFPSRTYPE, packet_split_types);
    if (!queues_->start(environment_.pci.sleeper())) {
        log("could not enable the queues within the polling period");
        return false;
    }
    (void)registers_->read(vf_reg::VTEICR); // clears what came up meanwhile
    registers_->write(vf_reg::VTEIAM, queue_mask);
    registers_->write(vf_reg::VTEIAC, queue_mask);
    registers_->write(vf_reg::VTEIMS, queue_mask | other_mask);
    return true;
}

bool IxgbevfDriver::open(const IxgbeHandlers& handlers) {
    if (!registers_ || removed_ || open_) {
        return open_;
    }
    if ((needs_reset_ || mailbox_->reset_seen()) && reset_and_negotiate() == ResetResult::failed) {
        log("Unable to start - perhaps the PF Driver isn't up yet");
        return false;
    }
    if (!setup_vectors(handlers)) {
        return false;
    }
    if (!queues_) {
        queues_ = std::make_unique<IxgbeQueuePair>(environment_, *registers_, queue_layout, settings_);
    }
    if (!start_hardware()) {
        needs_reset_ = true;
        return false;
    }
    open_ = true;
    check_link();
    return open_;
}

void IxgbevfDriver::close() {
    if (!open_) {
        return;
    }
    open_ = false;
    note_link(false, 0);
    registers_->write(vf_reg::VTEIMC, all_vectors);
    queues_->stop(environment_.pci.sleeper());
    msix_->disable();
    needs_reset_ = true; // ixgbevf_down ends with a reset; it is made by the next open
}

void IxgbevfDriver::remove() {
    if (removed_) {
        return;
    }
    if (registers_ && !adapter_gone()) {
        close();
        environment_.pci.disable_device(device_);
    }
    removed_ = true;
    device_.driver.clear();
}

// --- service

/// Surprise removal: every read ends in all ones; VFSTATUS never reads so (ixgbevf_check_remove).
bool IxgbevfDriver::adapter_gone() {
    if (!removed_ && registers_->read(vf_reg::VFSTATUS) == gone) {
        log("Adapter removed");
        removed_ = true;
        open_ = false;
        link_up_ = false;
        if (queues_) {
            queues_->forget();
        }
    }
    return removed_;
}

void IxgbevfDriver::service() {
    if (!registers_ || !open_ || adapter_gone()) {
        return;
    }
    registers_->write(vf_reg::VTEICR, other_mask); // not auto-cleared: only the queue's vector is
    registers_->write(vf_reg::VTEIMS, other_mask);
    queues_->refill();
    const bool reset = mailbox_->reset_seen();
    const bool message = mailbox_->message_waiting();
    if (needs_reset_) {
        restart();
    } else if (!link_up_ || reset || message || mailbox_->timeout() == 0) {
        check_link();
    }
}

bool IxgbevfDriver::link_is_stable(std::uint32_t& links) {
    links = registers_->read(vf_reg::VFLINKS);
    for (unsigned i = 0; i < link_checks && (links & nic::LINKS_UP) != 0; ++i) {
        environment_.pci.sleeper().sleep(link_check_delay);
        links = registers_->read(vf_reg::VFLINKS);
    }
    return (links & nic::LINKS_UP) != 0 && links != gone;
}

/// ixgbevf_check_mac_link_vf: the wire first, then whether the PF still lets this VF work.
void IxgbevfDriver::check_link() {
    std::uint32_t links = 0;
    if (!link_is_stable(links)) {
        note_link(false, links);
        return;
    }
    std::array<std::uint32_t, 1> word{};
    if (!mailbox_->read(word)) {
        return; // the PF is writing: the next call sees it
    }
    // A PF that was reset says NACK, the first time in answer to the ACK of read(); until then it is only silent.
    const bool cleared = (word[0] & mailbox::clear_to_send) != 0;
    const bool refused = !cleared && (word[0] & mailbox::nack) != 0;
    const bool back_again = cleared && mailbox_->timeout() == 0; // it did not answer an earlier exchange
    if (refused || back_again) {
        restart();
    } else {
        note_link(cleared, links);
    }
}

void IxgbevfDriver::restart() {
    note_link(false, 0);
    registers_->write(vf_reg::VTEIMC, all_vectors);
    queues_->stop(environment_.pci.sleeper());
    if (reset_and_negotiate() == ResetResult::failed || !start_hardware()) {
        needs_reset_ = true; // the next service() tries again
        return;
    }
    std::uint32_t links = 0;
    if (link_is_stable(links)) {
        note_link(true, links);
    }
}

void IxgbevfDriver::note_link(bool up, std::uint32_t links) {
    if (up == link_up_) {
        return;
    }
    link_up_ = up;
    log(up ? fmt::format("NIC Link is Up {}", speed_text(links)) : std::string("NIC Link is Down"));
}

// --- run time

bool IxgbevfDriver::transmit(const TxPacket& packet) { return open_ && queues_->transmit(packet); }
bool IxgbevfDriver::receive_pending() const { return open_ && queues_->receive_pending(); }
bool IxgbevfDriver::transmit_done_pending() const { return open_ && queues_->transmit_done_pending(); }

unsigned IxgbevfDriver::poll_receive(unsigned budget, NetDeviceClient& client) {
    return open_ ? queues_->poll_receive(budget, client) : 0;
}

unsigned IxgbevfDriver::poll_transmit_done(NetDeviceClient& client) {
    return open_ ? queues_->poll_transmit_done(client) : 0;
}

void IxgbevfDriver::polling_done() {
    if (open_) {
        queues_->polling_done(environment_.pci.sleeper().now());
    }
}

} // namespace rootpool::host
